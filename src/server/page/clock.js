// clock.js - how long the expert has been at work on a sheet.
//
// Time counts while the page is seen and the last sign of the expert is no older than 20
// seconds; a longer pause counts for nothing beyond these.

const AWAY_AFTER = 20; // seconds

export class Clock {
    constructor(now = () => performance.now() / 1000) {
        this.now = now;
        this.total = 0;      // seconds before `since`
        this.since = null;   // when counting began; null: it stands
        this.lastSign = -Infinity;
    }

    // Begin a sheet that has taken `seconds` so far.
    restart(seconds) {
        this.total = seconds;
        this.since = this.lastSign > this.now() - AWAY_AFTER ? this.now() : null;
    }

    // The expert moved, clicked or pressed a key.
    sign() {
        const now = this.now();
        if (this.since !== null && now - this.lastSign > AWAY_AFTER)
            this.settle();
        if (this.since === null)
            this.since = now;
        this.lastSign = now;
    }

    // The page is hidden: nothing counts until the next sign.
    hide() {
        this.settle();
        this.lastSign = -Infinity;
    }

    settle() {
        this.total = this.seconds;
        this.since = null;
    }

    get end() {
        return Math.min(this.now(), this.lastSign + AWAY_AFTER);
    }

    get seconds() {
        return this.total + (this.since === null ? 0 : Math.max(0, this.end - this.since));
    }

    get away() {
        return this.since === null || this.now() - this.lastSign > AWAY_AFTER;
    }
}
