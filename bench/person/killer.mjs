// killer.mjs - kills the server at random moments and starts it again where it was.

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export class Killer {
    constructor(server, place, hand, random, wanted) {
        Object.assign(this, { server, place, hand, random, wanted, count: 0, rested: 0,
                              compared: 0, different: 0 });
        hand.killed = wanted > 0;
    }

    async run() {
        while (this.count < this.wanted) {
            await sleep(500 + 8000 * this.random());
            // Choosing begins anew with each start: a server that only ever chooses
            // would be no test of what is saved.
            const sheet = await this.hand.page.locator('#stage').getAttribute('data-sheet');
            if (sheet === '' && this.random() < 0.8)
                continue;
            if (this.random() < 0.5)
                await this.killResting();
            else
                await this.kill();
            this.count++;
            await this.admit();
        }
    }

    async kill() {
        await this.server.kill();
        await sleep(300 * this.random());
        await this.server.start(Number(new URL(this.server.address).port));
    }

    // The page is opened by its new address in another tab.
    async admit() {
        const other = await this.place.newPage();
        await other.goto(this.server.address);
        await other.close();
    }

    // Hold the hand, kill when the page says that all is saved, and see whether it is: the
    // page has no way to the new server before it is admitted.
    async killResting() {
        const { hand } = this;
        let release;
        hand.rest = new Promise((done) => { release = done; });
        for (let i = 0; i < 100 && !hand.resting; i++)
            await sleep(50);
        if (!hand.resting) {
            release();
            await this.kill();
            return;
        }
        await hand.saved();
        const { sheet, record } = hand;
        await this.kill();
        const { values } = await this.server.valuesOf(sheet);
        values.forEach((value, i) => { this.different += value !== record[i] ? 1 : 0; });
        this.compared += values.length;
        this.rested++;
        release();
    }
}
