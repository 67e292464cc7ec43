// tiles.js - a layer of the picture, drawn in tiles that are made when they are seen and
// made again only when what they show has changed.
//
// At level k a tile shows 256 x 256 squares of 2^k x 2^k image pixels, so that an image
// seen from afar takes no more tiles than one seen closely.

export const TILE = 256;
const MOST = 512; // tiles kept, 256 KB each

export class TileLayer {
    // fill(level, left, top, pixels): write TILE x TILE colours (see colour()) of the
    // tile whose corner is (left, top), counted in squares of the level.
    constructor(fill) {
        this.fill = fill;
        this.tiles = new Map(); // name -> { canvas, stale }, least recently drawn first
        this.image = new ImageData(TILE, TILE);
        this.pixels = new Uint32Array(this.image.data.buffer);
    }

    clear() {
        for (const tile of this.tiles.values())
            tile.stale = true;
    }

    // What the box [left, top, right, bottom] of the image shows has changed.
    spoil([left, top, right, bottom]) {
        for (const tile of this.tiles.values()) {
            const size = TILE << tile.level;
            if (tile.column * size < right && (tile.column + 1) * size > left &&
                tile.row * size < bottom && (tile.row + 1) * size > top)
                tile.stale = true;
        }
    }

    // Draw what of the layer lies in the box of the image.
    draw(context, view, [left, top, right, bottom]) {
        const level = Math.max(0, Math.floor(-Math.log2(view.scale)));
        const size = TILE * 2 ** level;
        const lastColumn = Math.ceil(Math.min(right, view.imageWidth) / size) - 1;
        const lastRow = Math.ceil(Math.min(bottom, view.imageHeight) / size) - 1;
        context.imageSmoothingEnabled = view.scale < 1;
        for (let row = Math.max(0, Math.floor(top / size)); row <= lastRow; row++) {
            for (let column = Math.max(0, Math.floor(left / size)); column <= lastColumn;
                 column++)
                this.drawTile(context, view, level, column, row);
        }
        for (const name of this.tiles.keys()) {
            if (this.tiles.size <= MOST)
                break;
            this.tiles.delete(name);
        }
    }

    drawTile(context, view, level, column, row) {
        const size = TILE * 2 ** level;
        const tile = this.fresh(level, column, row);
        // Borders on whole device pixels, the same for both neighbours: no seams.
        const [x0, y0] = view.toScreen(column * size, row * size).map(Math.round);
        const [x1, y1] = view.toScreen((column + 1) * size, (row + 1) * size).map(Math.round);
        context.drawImage(tile.canvas, x0, y0, x1 - x0, y1 - y0);
    }

    fresh(level, column, row) {
        const name = `${level}/${column}/${row}`;
        let tile = this.tiles.get(name);
        if (tile === undefined) {
            const canvas = new OffscreenCanvas(TILE, TILE);
            tile = { level, column, row, stale: true, canvas,
                     context: canvas.getContext('2d') };
        } else {
            this.tiles.delete(name);
        }
        this.tiles.set(name, tile);
        if (tile.stale) {
            this.pixels.fill(0);
            this.fill(level, column * TILE, row * TILE, this.pixels);
            tile.context.putImageData(this.image, 0, 0);
            tile.stale = false;
        }
        return tile;
    }
}

// A colour as ImageData holds it on machines of little end first, which all are that
// browsers run on.
export function colour([red, green, blue], alpha = 1) {
    return ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

// The fill of a layer whose colours are a table over a picture's grey values.
export function paintGrey(picture, table) {
    return (level, left, top, pixels) => {
        const { grey, width, height } =
            picture.levels[Math.min(level, picture.levels.length - 1)];
        const rows = Math.min(TILE, height - top), columns = Math.min(TILE, width - left);
        for (let y = 0; y < rows; y++) {
            let at = (top + y) * width + left;
            for (let x = 0, to = y * TILE; x < columns; x++)
                pixels[to++] = table[grey[at++]];
        }
    };
}

// The fill of a layer of labels: `values` is width x height and lies at (left, top) of
// the image; paint(value, x, y) is the colour of an image pixel, 0 for none.  From afar,
// a square takes the first colour among four of its pixels, so that thin lines stay.
export function paintLabels({ values, width, height, left, top }, paint) {
    return (level, tileLeft, tileTop, pixels) => {
        const step = 2 ** level, half = step >> 1;
        const firstColumn = Math.max(0, Math.floor(left / step) - tileLeft);
        const lastColumn = Math.min(TILE, Math.ceil((left + width) / step) - tileLeft);
        const at = (x, y) => {
            const i = x - left, j = y - top;
            return i < 0 || j < 0 || i >= width || j >= height
                ? 0 : paint(values[j * width + i], x, y);
        };
        for (let row = 0; row < TILE; row++) {
            const y = (tileTop + row) * step;
            if (y + step <= top || y >= top + height)
                continue;
            for (let column = firstColumn; column < lastColumn; column++) {
                const x = (tileLeft + column) * step;
                let c = at(x, y);
                if (half > 0 && c === 0)
                    c = at(x + half, y) || at(x, y + half) || at(x + half, y + half);
                pixels[row * TILE + column] = c;
            }
        }
    };
}

// The fill of a layer that outlines where `inside(value)` holds of a picture: pixels
// inside with a neighbour outside.
export function paintOutline({ values, width, height, left, top }, inside, ink) {
    return paintLabels({ values, width, height, left, top }, (value, x, y) => {
        if (!inside(value))
            return 0;
        const i = x - left, j = y - top, at = j * width + i;
        return i > 0 && !inside(values[at - 1]) || i < width - 1 && !inside(values[at + 1]) ||
            j > 0 && !inside(values[at - width]) ||
            j < height - 1 && !inside(values[at + width]) ? ink : 0;
    });
}
