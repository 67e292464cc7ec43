// pointer.js - mouse, pen and fingers on the image.
//
// The left button, a finger and a pen's tip use the tool; the right button and a pen's
// other end erase; the middle button, and the left one while Space is held, move the
// image; two fingers move and zoom it.  Once a pen has been seen, a finger only moves the
// image, so that a resting hand does not paint; and while the pen is down, it does nothing.

const PEN_ERASER = 32; // in `buttons`
const SECOND_FINGER_MS = 300;

export class Pointer {
    constructor(stage, scene, tools, ring) {
        Object.assign(this, { stage, scene, tools, ring });
        this.spaceHeld = false;
        this.penSeen = false;
        this.mode = null;          // null, 'tool', 'pan', 'pinch'
        this.holder = null;        // pointerId of what the mode is of
        this.penDown = false;
        this.fingers = new Map();  // pointerId -> [x, y] on the screen
        this.hover = null;         // where the pointer is, [x, y] on the screen
        const on = (type, handler, options) =>
            stage.addEventListener(type, handler.bind(this), options);
        on('pointerdown', this.down);
        on('pointermove', this.move);
        on('pointerup', this.up);
        on('pointercancel', this.up);
        on('pointerleave', () => {
            this.hover = null;
            this.showRing();
        });
        on('contextmenu', (event) => event.preventDefault());
        on('wheel', this.wheel, { passive: false });
    }

    // Of an event: screen coordinates of the canvas.
    place(event) {
        const box = this.stage.getBoundingClientRect();
        const { ratio } = this.scene;
        return [(event.clientX - box.left) * ratio, (event.clientY - box.top) * ratio];
    }

    pixel(event) {
        return this.scene.view.toImage(...this.place(event)).map(Math.floor);
    }

    down(event) {
        event.preventDefault();
        this.stage.focus({ preventScroll: true });
        this.stage.setPointerCapture(event.pointerId);
        if (event.pointerType === 'pen') {
            this.penSeen = this.penDown = true;
            this.dropFingers();
        }
        if (event.pointerType === 'touch' && (this.penDown || !this.finger(event)))
            return;
        if (this.mode !== null)
            return;
        this.begun = event.timeStamp;
        this.holder = event.pointerId;
        const moves = event.button === 1 || this.spaceHeld ||
            event.pointerType === 'touch' && this.penSeen;
        if (moves) {
            this.mode = 'pan';
            this.last = this.place(event);
            this.stage.classList.add('panning');
        } else {
            const erase = event.button === 2 || (event.buttons & PEN_ERASER) !== 0;
            this.mode = 'tool';
            this.tools.down(...this.pixel(event), erase);
        }
    }

    // A finger came down.  The second begins a pinch; false when nothing else is to do.
    finger(event) {
        this.fingers.set(event.pointerId, this.place(event));
        if (this.fingers.size < 2)
            return true;
        if (this.mode === 'tool') {
            if (event.timeStamp - this.begun < SECOND_FINGER_MS)
                this.tools.cancelStroke();
            else
                this.tools.up();
        }
        this.mode = 'pinch';
        return false;
    }

    // The hand mostly comes down before its pen: what it began is none of the expert's.
    dropFingers() {
        if (this.fingers.size === 0)
            return;
        if (this.mode === 'tool')
            this.tools.cancelStroke();
        this.fingers.clear();
        this.mode = null;
        this.stage.classList.remove('panning');
    }

    move(event) {
        if (this.penDown && event.pointerType === 'touch')
            return;
        this.hover = this.place(event);
        this.showRing();
        if (this.mode === 'pinch') {
            this.pinch(event);
        } else if (this.mode === 'pan' && event.pointerId === this.holder) {
            const [x, y] = this.place(event);
            this.scene.view.pan(x - this.last[0], y - this.last[1]);
            this.last = [x, y];
            this.scene.redraw();
        } else if (this.mode === null) {
            this.tools.hover(...this.pixel(event));
        } else if (event.pointerId === this.holder) {
            const all = event.getCoalescedEvents?.() ?? [];
            for (const part of all.length > 0 ? all : [event])
                this.tools.move(...this.pixel(part));
        }
    }

    pinch(event) {
        if (!this.fingers.has(event.pointerId))
            return;
        const before = span([...this.fingers.values()]);
        this.fingers.set(event.pointerId, this.place(event));
        const after = span([...this.fingers.values()]);
        const { view } = this.scene;
        view.pan(after.x - before.x, after.y - before.y);
        if (before.length > 0 && after.length > 0)
            view.zoomAt(after.x, after.y, after.length / before.length);
        this.scene.redraw();
    }

    up(event) {
        this.fingers.delete(event.pointerId);
        if (event.pointerType === 'pen')
            this.penDown = false;
        if (this.mode === 'pinch') {
            if (this.fingers.size === 0)
                this.mode = null;
            return;
        }
        if (event.pointerId !== this.holder)
            return;
        if (this.mode === 'tool')
            this.tools.up();
        this.mode = null;
        this.holder = null;
        this.stage.classList.remove('panning');
    }

    // A notch of a wheel is about 100, a touchpad sends many small ones; fingers that spread
    // on a touchpad come as a wheel with Ctrl, the logarithm of their distance by the hundred.
    wheel(event) {
        event.preventDefault();
        const delta = event.deltaY * (event.deltaMode === 1 ? 33 : 1);
        const factor = event.ctrlKey ? Math.exp(-delta / 100) : 2 ** (-delta / 300);
        this.scene.view.zoomAt(...this.place(event), factor);
        this.scene.redraw();
    }

    holdSpace(held) {
        this.spaceHeld = held;
        this.stage.classList.toggle('pan', held);
        this.showRing();
    }

    // The outline of the brush under the pointer.
    showRing() {
        const { tools, scene, ring } = this;
        const hidden = this.hover === null || this.spaceHeld || !tools.ready ||
            tools.tool === 'fill';
        ring.hidden = hidden;
        if (hidden)
            return;
        const size = Math.max(3, tools.size * scene.view.scale / scene.ratio);
        const [x, y] = this.hover.map((v) => v / scene.ratio - size / 2);
        ring.style.width = ring.style.height = `${size}px`;
        ring.style.transform = `translate(${x}px, ${y}px)`;
    }
}

// The middle of all fingers, and how far the first two are apart.
function span(points) {
    const x = points.reduce((sum, p) => sum + p[0], 0) / points.length;
    const y = points.reduce((sum, p) => sum + p[1], 0) / points.length;
    const length = points.length < 2
        ? 0 : Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]);
    return { x, y, length };
}
