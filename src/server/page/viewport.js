// viewport.js - which part of the image is on the screen, and how large.
//
// Image coordinates: pixel (x, y) covers [x, x + 1) x [y, y + 1).  Screen coordinates are
// device pixels of the canvas.

const LARGEST = 64; // device pixels per image pixel

export class Viewport {
    constructor() {
        this.left = 0;  // image coordinates of the canvas's corner
        this.top = 0;
        this.scale = 1; // device pixels per image pixel
        this.width = 1; // of the canvas
        this.height = 1;
        this.imageWidth = 1;
        this.imageHeight = 1;
        this.fitted = null; // what fit() was asked for, while nobody moved since
    }

    // What was fitted to the canvas fits the new one; else the middle stays in the middle.
    resize(width, height) {
        this.left += (this.width - width) / 2 / this.scale;
        this.top += (this.height - height) / 2 / this.scale;
        this.width = width;
        this.height = height;
        if (this.fitted !== null)
            this.fit(...this.fitted);
    }

    toImage(x, y) {
        return [this.left + x / this.scale, this.top + y / this.scale];
    }

    toScreen(x, y) {
        return [(x - this.left) * this.scale, (y - this.top) * this.scale];
    }

    get smallest() {
        return Math.min(1, 0.5 * Math.min(this.width / this.imageWidth,
                                          this.height / this.imageHeight));
    }

    // Scale by `factor`; the image point under screen point (x, y) stays there.
    zoomAt(x, y, factor) {
        const [ix, iy] = this.toImage(x, y);
        this.scale = Math.min(LARGEST, Math.max(this.smallest, this.scale * factor));
        this.left = ix - x / this.scale;
        this.top = iy - y / this.scale;
        this.keepInside();
    }

    zoom(factor) {
        this.zoomAt(this.width / 2, this.height / 2, factor);
    }

    pan(dx, dy) {
        this.left -= dx / this.scale;
        this.top -= dy / this.scale;
        this.keepInside();
    }

    // After a move of any kind.  The middle of the screen always shows some of the image.
    keepInside() {
        this.fitted = null;
        const w = this.width / this.scale / 2, h = this.height / this.scale / 2;
        this.left = Math.min(Math.max(this.left, -w), this.imageWidth - w);
        this.top = Math.min(Math.max(this.top, -h), this.imageHeight - h);
    }

    // Show a box whole, with `margin` times its size around it.
    fit(box, margin) {
        const [left, top, width, height] = box;
        const share = 1 + 2 * margin;
        this.scale = Math.min(LARGEST, this.width / (width * share),
                              this.height / (height * share));
        this.centre(left + width / 2, top + height / 2);
        this.left = edgeIn(this.left, this.width / this.scale, this.imageWidth);
        this.top = edgeIn(this.top, this.height / this.scale, this.imageHeight);
        this.fitted = [box, margin];
    }

    centre(x, y) {
        this.left = x - this.width / this.scale / 2;
        this.top = y - this.height / this.scale / 2;
        this.keepInside();
    }
}

// Where a view `size` wide that would begin at `start` begins when it shows little that is
// beyond the image, which ends at 0 and `end`: a box at the border needs no void around it.
function edgeIn(start, size, end) {
    const beyond = 0.05 * size;
    if (size > end)
        return start;
    return Math.min(Math.max(start, -beyond), end - size + beyond);
}
