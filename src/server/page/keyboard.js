// keyboard.js - every key of the page, in one table that the help is made of, and the
// cross by which the keyboard paints.

// What keys do; `act` is the object of actions that main.js makes.  A key is the event's
// `key` in lower case, with "ctrl+" and "shift+" before it; shift is left out where it is
// needed to type the sign.  A key that is held acts once, but those that say `repeats`.
export const KEYS = [
    { keys: ['enter'], does: 'confirm, and go to the next region', run: (act) => act.confirm() },
    { keys: ['s'], does: 'skip: ask me about another region', run: (act) => act.skip() },
    { keys: ['b'], does: 'brush', run: (act) => act.tool('brush') },
    { keys: ['e'], does: 'eraser', run: (act) => act.tool('eraser') },
    { keys: ['l'], does: 'line that follows membranes', run: (act) => act.tool('line') },
    { keys: ['f'], does: 'fill', run: (act) => act.tool('fill') },
    { keys: ['1'], does: 'paint membrane', run: (act) => act.label(1) },
    { keys: ['2'], does: 'paint "not membrane"', run: (act) => act.label(0) },
    { keys: ['x'], does: 'swap these two', run: (act) => act.swap() },
    { keys: ['3', 'u'], does: 'paint "unsure"', run: (act) => act.label(2) },
    { keys: ['[', ','], does: 'smaller brush', repeats: true,
      run: (act) => act.size(-1) },
    { keys: [']', '.'], does: 'larger brush', repeats: true,
      run: (act) => act.size(1) },
    { keys: ['ctrl+z', 'z'], does: 'undo', repeats: true,
      run: (act) => act.undo() },
    { keys: ['ctrl+y', 'ctrl+shift+z', 'y'], does: 'redo', repeats: true,
      run: (act) => act.redo() },
    { keys: ['+', '='], does: 'zoom in', repeats: true,
      run: (act) => act.zoom(1.5) },
    { keys: ['-'], does: 'zoom out', repeats: true,
      run: (act) => act.zoom(1 / 1.5) },
    { keys: ['0'], does: 'fit the region', run: (act) => act.fit() },
    { keys: ['9'], does: 'the whole image', run: (act) => act.fitImage() },
    { keys: ['arrowleft', 'arrowright', 'arrowup', 'arrowdown'], shown: 'arrows',
      does: 'move the image, or the cross', repeats: true,
      run: (act, step) => act.arrow(step, 1) },
    { keys: ['shift+arrowleft', 'shift+arrowright', 'shift+arrowup', 'shift+arrowdown'],
      shown: 'shift + arrows', does: 'the same, further', repeats: true,
      run: (act, step) => act.arrow(step, 8) },
    { keys: ['k'], does: 'cross to paint with by keyboard', run: (act) => act.cross() },
    { keys: ['d'], does: 'with the cross: pen down, pen up', run: (act) => act.penDown() },
    { keys: ['h'], does: 'show the labels', run: (act) => act.layer('labels') },
    { keys: ['p'], does: 'show what the net proposed', run: (act) => act.layer('proposal') },
    { keys: ['i'], does: 'show where the net is unsure', run: (act) => act.layer('uncertainty') },
    { keys: ['a'], does: 'show how common a place is', run: (act) => act.layer('abundance') },
    { keys: ['n'], does: 'show what is known already', run: (act) => act.layer('known') },
    { keys: ['g'], does: 'images', run: (act) => act.panel('images') },
    { keys: ['c'], does: 'learning curve', run: (act) => act.panel('curve') },
    { keys: ['?'], does: 'this help', run: (act) => act.panel('help') },
    { keys: ['escape'], does: 'end the line; put the cross away', run: (act) => act.escape() },
];

// Keys that do something for as long as they are held.
export const HELD = [
    { key: 'v', does: 'hold: the image alone', run: (act, down) => act.peek(down) },
    { key: ' ', shown: 'space', does: 'hold and drag: move the image; with the cross: paint',
      run: (act, down) => act.space(down) },
];

const STEPS = { arrowleft: [-1, 0], arrowright: [1, 0], arrowup: [0, -1], arrowdown: [0, 1] };

// Brackets need AltGr (which some systems call Ctrl and Alt) or Option on many keyboards.
const isBracket = (event) => (event.key === '[' || event.key === ']') &&
    (event.altKey || !event.ctrlKey && !event.metaKey);

// The name of a key event, as the table has it.
export function nameOf(event) {
    if (isBracket(event))
        return event.key;
    const key = event.key.toLowerCase();
    const shift = event.shiftKey && (key.length > 1 || event.ctrlKey || event.metaKey);
    return (event.ctrlKey || event.metaKey ? 'ctrl+' : '') + (shift ? 'shift+' : '') + key;
}

// Listen on the whole page.  Keys that belong to a field, a slider or an open panel stay
// theirs.
export function listen(act) {
    const byName = new Map(KEYS.flatMap((entry) => entry.keys.map((key) => [key, entry])));
    addEventListener('keydown', (event) => {
        if (event.altKey && !isBracket(event) || keepsItsKeys(event))
            return;
        const held = HELD.find(({ key }) => key === event.key.toLowerCase() &&
                                            !event.ctrlKey && !event.metaKey);
        const entry = byName.get(nameOf(event));
        if (held === undefined && entry === undefined)
            return;
        event.preventDefault();
        if (held !== undefined && !event.repeat)
            held.run(act, true);
        if (entry !== undefined && (entry.repeats || !event.repeat))
            entry.run(act, STEPS[event.key.toLowerCase()]);
    });
    addEventListener('keyup', (event) => {
        HELD.find(({ key }) => key === event.key.toLowerCase())?.run(act, false);
    });
    addEventListener('blur', () => HELD.forEach(({ run }) => run(act, false)));
}

function keepsItsKeys(event) {
    const element = event.target;
    if (document.querySelector('dialog[open]') !== null)
        return true;
    const key = event.key;
    if (element instanceof HTMLInputElement) {
        if (element.type === 'range')
            return key.startsWith('Arrow');
        return element.type === 'text' || key === ' ';
    }
    return element instanceof HTMLButtonElement && (key === 'Enter' || key === ' ');
}

// ---- the cross --------------------------------------------------------------------------

// A pixel that the arrow keys move and the tools work at.
export class Cross {
    constructor(scene, tools) {
        Object.assign(this, { scene, tools });
        this.at = null;
        this.stroke = null; // that it holds the pen down for
    }

    get shown() {
        return this.at !== null;
    }

    // The mouse or another tool may have ended the stroke.
    get down() {
        return this.stroke !== null && this.stroke === this.tools.stroke;
    }

    // Show it in the middle of what is seen.
    show() {
        const { view } = this.scene;
        this.place(...view.toImage(view.width / 2, view.height / 2).map(Math.floor));
    }

    hide() {
        this.lift();
        this.at = null;
        this.scene.setCursor(null);
    }

    place(x, y) {
        const { view } = this.scene;
        this.at = [Math.min(Math.max(x, 0), view.imageWidth - 1),
                   Math.min(Math.max(y, 0), view.imageHeight - 1)];
        this.scene.setCursor(this.at);
        this.follow();
        if (this.down)
            this.tools.move(...this.at);
        else
            this.tools.hover(...this.at);
    }

    move([dx, dy], count) {
        this.place(this.at[0] + dx * count, this.at[1] + dy * count);
    }

    // Keep it on the screen.
    follow() {
        const { view } = this.scene;
        const [x, y] = view.toScreen(this.at[0] + 0.5, this.at[1] + 0.5);
        const edge = Math.min(40, view.width / 4, view.height / 4);
        if (x < edge || y < edge || x > view.width - edge || y > view.height - edge) {
            view.centre(this.at[0], this.at[1]);
            this.scene.redraw();
        }
    }

    // Use the tool here, once.
    press() {
        this.lift();
        this.tools.down(...this.at);
        this.tools.up();
    }

    // Hold the pen down while the cross moves, or lift it.
    penDown() {
        if (this.down) {
            this.lift();
        } else {
            this.tools.down(...this.at);
            this.stroke = this.tools.stroke;
        }
    }

    lift() {
        if (this.down)
            this.tools.up();
        this.stroke = null;
    }
}
