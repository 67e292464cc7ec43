// scene.js - what is on the screen: the image, what the net and the expert say of it, and
// the region that was asked for.
//
// Three canvases, so that a stroke redraws only itself: `back` has the image, what may be
// laid over it and the shade around the region; `paint` the labels in hand; `front` the
// outline, the line about to be drawn and the keyboard's cursor.  Nothing is drawn but in
// an animation frame.

import { MEMBRANE } from './labels.js';
import { CSS, PROPOSAL, greyColours, hatched, knownColours, labelColours,
         uncertaintyColours } from './palette.js';
import { TileLayer, paintGrey, paintLabels, paintOutline } from './tiles.js';
import { Viewport } from './viewport.js';

const EVERYTHING = [-Infinity, -Infinity, Infinity, Infinity];

export class Scene {
    constructor(stage) {
        this.stage = stage;
        this.view = new Viewport();
        this.contexts = {};
        for (const name of ['back', 'paint', 'front']) {
            const canvas = stage.querySelector(`.${name}`);
            this.contexts[name] = canvas.getContext('2d', { desynchronized: name === 'paint' });
        }
        this.shown = { labels: true, proposal: false, uncertainty: false, abundance: false,
                       known: false };
        this.peeking = false; // nothing but the image, for a moment
        this.strength = 0.5;
        this.brightness = 0;
        this.contrast = 0;
        this.clear();
        this.stale = { back: true, paint: null, front: true };
        new ResizeObserver(() => this.resize()).observe(stage);
        this.resize();
    }

    clear() {
        this.layers = { image: null, known: null, uncertainty: null, proposal: null,
                        labels: null };
        this.probability = null; // the map, as a picture
        this.guide = null; // where the line tool finds membranes, 0..255, as a raster
        this.sheet = null;
        this.abundance = null;
        this.line = null;   // pixels of the line tool's proposal, [[x, y], ...]
        this.cursor = null; // the keyboard's pixel, [x, y]
    }

    // ---- what to show ---------------------------------------------------------------

    setImage(picture) {
        this.picture = picture;
        this.view.imageWidth = picture.width;
        this.view.imageHeight = picture.height;
        this.layers.image = new TileLayer(paintGrey(picture, this.greys()));
        this.redraw();
    }

    greys() {
        return greyColours(this.brightness, this.contrast);
    }

    setGreys(brightness, contrast) {
        this.brightness = brightness;
        this.contrast = contrast;
        if (this.picture !== undefined)
            this.layers.image = new TileLayer(paintGrey(this.picture, this.greys()));
        this.redraw();
    }

    // The labels in hand, those of a sheet.
    setWork(work) {
        this.sheet = work.sheet;
        this.raster = placed(work.labels, work.sheet.box);
        if (work.sheet.kind === 'region') {
            const proposal = new Uint8Array(work.labels.values.length);
            for (const [start, length, value] of work.base)
                proposal.fill(value, start, start + length);
            this.layers.proposal = new TileLayer(paintOutline(
                { ...this.raster, values: proposal }, (value) => value === 1, PROPOSAL));
            this.guide = { ...this.raster, values: proposal.map((value) => value === 1 ? 255 : 0) };
        }
        this.setStrength(this.strength);
    }

    // How strong the colours of labels are, 0..1.
    setStrength(strength) {
        this.strength = strength;
        const table = labelColours(this.sheet?.kind ?? 'free', strength);
        if (this.sheet !== null) {
            const plain = this.sheet.kind === 'free';
            this.layers.labels = new TileLayer(paintLabels(this.raster, (value, x, y) =>
                plain || !hatched(value, x, y) ? table[value] : 0));
        } else if (this.probability !== null) {
            this.layers.labels = new TileLayer(paintLabels(
                whole(this.probability), (p) => p >= this.threshold ? table[MEMBRANE] : 0));
        }
        this.redraw();
    }

    // A probability map and where membrane begins in it.  Without a sheet, what lies above
    // is shown as labels.
    setProbability(picture, threshold) {
        this.probability = picture;
        this.guide = whole(picture);
        this.threshold = threshold * 255;
        this.layers.uncertainty = new TileLayer(paintGrey(picture, uncertaintyColours));
        if (this.sheet?.kind !== 'region') {
            this.layers.proposal = new TileLayer(paintOutline(
                whole(picture), (p) => p >= this.threshold, PROPOSAL));
        }
        this.setStrength(this.strength);
    }

    setKnown(picture) {
        this.layers.known = new TileLayer(paintLabels(
            whole(picture), (value) => knownColours[value]));
        this.redraw();
    }

    setAbundance(abundance) {
        this.abundance = abundance;
        this.redraw();
    }

    setShown(name, shown) {
        this.shown[name] = shown;
        this.redraw();
    }

    peek(peeking) {
        this.peeking = peeking;
        this.redraw();
    }

    setLine(line) {
        this.line = line;
        this.stale.front = true;
    }

    setCursor(cursor) {
        this.cursor = cursor;
        this.stale.front = true;
    }

    // Labels changed in a box of the image.
    spoil(box) {
        this.layers.labels?.spoil(box);
        const stale = this.stale.paint ?? box;
        this.stale.paint = [Math.min(stale[0], box[0]), Math.min(stale[1], box[1]),
                            Math.max(stale[2], box[2]), Math.max(stale[3], box[3])];
    }

    spoilAll() {
        this.layers.labels?.clear();
        this.stale.paint = EVERYTHING;
    }

    redraw() {
        this.stale = { back: true, paint: EVERYTHING, front: true };
    }

    // ---- drawing --------------------------------------------------------------------

    resize() {
        const ratio = window.devicePixelRatio || 1;
        const width = Math.max(1, Math.round(this.stage.clientWidth * ratio));
        const height = Math.max(1, Math.round(this.stage.clientHeight * ratio));
        for (const { canvas } of Object.values(this.contexts))
            Object.assign(canvas, { width, height });
        this.ratio = ratio;
        this.view.resize(width, height);
        this.redraw();
        this.draw(); // a canvas that was resized is empty: no frame without
    }

    draw() {
        const { back, paint, front } = this.contexts;
        if (this.stale.back)
            this.drawBack(back);
        if (this.stale.paint !== null)
            this.drawPaint(paint, this.stale.paint);
        if (this.stale.front)
            this.drawFront(front);
        this.stale = { back: false, paint: null, front: false };
    }

    // The part of the image that is seen.
    seen() {
        const { view } = this;
        return [...view.toImage(0, 0), ...view.toImage(view.width, view.height)];
    }

    drawBack(context) {
        const { view, layers, shown } = this;
        context.clearRect(0, 0, view.width, view.height);
        if (layers.image === null)
            return;
        this.clipToImage(context);
        layers.image.draw(context, view, this.seen());
        if (!this.peeking) {
            if (shown.uncertainty)
                layers.uncertainty?.draw(context, view, this.seen());
            if (shown.abundance && this.abundance !== null)
                this.drawAbundance(context);
            if (shown.known)
                layers.known?.draw(context, view, this.seen());
            this.shadeAround(context);
        }
        context.restore();
    }

    clipToImage(context) {
        const { view } = this;
        const [x0, y0] = view.toScreen(0, 0).map(Math.round);
        const [x1, y1] = view.toScreen(view.imageWidth, view.imageHeight).map(Math.round);
        context.save();
        context.beginPath();
        context.rect(x0, y0, x1 - x0, y1 - y0);
        context.clip();
    }

    // Abundance per window, the most common the strongest.
    drawAbundance(context) {
        const { side, rows, columns, abundance } = this.abundance;
        const most = Math.max(...abundance, 1e-9);
        context.fillStyle = CSS.abundance;
        for (let row = 0; row < rows; row++) {
            for (let column = 0; column < columns; column++) {
                context.globalAlpha = 0.6 * abundance[row * columns + column] / most;
                context.fillRect(...this.screenBox(column * side, row * side,
                                                   (column + 1) * side, (row + 1) * side));
            }
        }
        context.globalAlpha = 1;
    }

    screenBox(left, top, right, bottom) {
        const [x0, y0] = this.view.toScreen(left, top).map(Math.round);
        const [x1, y1] = this.view.toScreen(right, bottom).map(Math.round);
        return [x0, y0, x1 - x0, y1 - y0];
    }

    shadeAround(context) {
        if (this.sheet?.kind !== 'region')
            return;
        const { side, windows } = this.sheet;
        context.beginPath();
        context.rect(0, 0, this.view.width, this.view.height);
        for (const [row, column] of windows) {
            context.rect(...this.screenBox(column * side, row * side,
                                           (column + 1) * side, (row + 1) * side));
        }
        context.fillStyle = 'rgb(0 0 0 / 0.45)';
        context.fill('evenodd');
    }

    drawPaint(context, box) {
        const { view, layers, shown } = this;
        const [left, top] = view.toScreen(box[0], box[1]).map(Math.floor);
        const [right, bottom] = view.toScreen(box[2], box[3]).map(Math.ceil);
        const x0 = Math.max(left - 1, 0), y0 = Math.max(top - 1, 0);
        const x1 = Math.min(right + 1, view.width), y1 = Math.min(bottom + 1, view.height);
        if (x0 >= x1 || y0 >= y1)
            return;
        context.clearRect(x0, y0, x1 - x0, y1 - y0);
        if (this.peeking)
            return;
        context.save();
        context.beginPath();
        context.rect(x0, y0, x1 - x0, y1 - y0);
        context.clip();
        const part = [...view.toImage(x0, y0), ...view.toImage(x1, y1)];
        if (shown.labels)
            layers.labels?.draw(context, view, part);
        if (shown.proposal)
            layers.proposal?.draw(context, view, part);
        context.restore();
    }

    drawFront(context) {
        context.clearRect(0, 0, this.view.width, this.view.height);
        if (!this.peeking)
            this.outline(context);
        this.drawLine(context);
        if (this.cursor !== null)
            this.drawCursor(context);
    }

    // The border of the region: the sides of its windows that no two share.
    outline(context) {
        if (this.sheet?.kind !== 'region')
            return;
        const { side, windows } = this.sheet;
        const inside = new Set(windows.map(([row, column]) => `${row},${column}`));
        const path = new Path2D();
        for (const [row, column] of windows) {
            const [x, y, w, h] = this.screenBox(column * side, row * side,
                                                (column + 1) * side, (row + 1) * side);
            const sides = [[-1, 0, x, y, x + w, y], [1, 0, x, y + h, x + w, y + h],
                           [0, -1, x, y, x, y + h], [0, 1, x + w, y, x + w, y + h]];
            for (const [dr, dc, ax, ay, bx, by] of sides) {
                if (!inside.has(`${row + dr},${column + dc}`)) {
                    path.moveTo(ax, ay);
                    path.lineTo(bx, by);
                }
            }
        }
        twice(context, path, this.ratio, 'white');
    }

    drawLine(context) {
        if (this.line === null || this.line.length === 0)
            return;
        const path = new Path2D();
        this.line.forEach(([x, y], i) => {
            const point = this.view.toScreen(x + 0.5, y + 0.5);
            if (i === 0)
                path.moveTo(...point);
            else
                path.lineTo(...point);
        });
        const [x, y] = this.view.toScreen(this.line[0][0] + 0.5, this.line[0][1] + 0.5);
        path.moveTo(x + 4 * this.ratio, y);
        path.arc(x, y, 4 * this.ratio, 0, 2 * Math.PI);
        twice(context, path, 1.5 * this.ratio, CSS.line);
    }

    drawCursor(context) {
        const [x, y] = this.view.toScreen(this.cursor[0] + 0.5, this.cursor[1] + 0.5);
        const near = 5 * this.ratio, far = 18 * this.ratio;
        const path = new Path2D();
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
            path.moveTo(x + near * dx, y + near * dy);
            path.lineTo(x + far * dx, y + far * dy);
        }
        twice(context, path, 2 * this.ratio, 'white');
    }
}

// A line that is seen on any ground: light on dark.
function twice(context, path, width, ink) {
    context.lineWidth = 3 * width;
    context.strokeStyle = 'rgb(0 0 0 / 0.7)';
    context.stroke(path);
    context.lineWidth = 1.5 * width;
    context.strokeStyle = ink;
    context.stroke(path);
}

// Rasters as paintLabels() takes them: all of a picture, and labels at their box.
function whole({ levels: [{ grey, width, height }] }) {
    return { values: grey, width, height, left: 0, top: 0 };
}

function placed(labels, [top, left]) {
    return { values: labels.values, width: labels.width, height: labels.height, left, top };
}
