// picture-worker.js - fetches a PNG and turns it into grey bytes, away from the thread
// that draws.
//
// Takes { id, url, halve }; answers { id, width, height, levels } with levels[0] the
// pixels and levels[k] their means over squares of 2^k (only when asked to halve), or
// { id, error }.

const STRIP = 256; // rows at once, so that the four-byte copy stays small

async function load(url) {
    const response = await fetch(url, { credentials: 'same-origin' });
    if (!response.ok) {
        const { error } = await response.json().catch(() => ({}));
        throw new Error(error ?? `the server answered with status ${response.status}`);
    }
    const bitmap = await createImageBitmap(await response.blob(),
                                           { colorSpaceConversion: 'none' });
    const { width, height } = bitmap;
    const grey = new Uint8Array(width * height);
    const canvas = new OffscreenCanvas(width, Math.min(STRIP, height));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    for (let top = 0; top < height; top += STRIP) {
        const rows = Math.min(STRIP, height - top);
        context.drawImage(bitmap, 0, top, width, rows, 0, 0, width, rows);
        const { data } = context.getImageData(0, 0, width, rows);
        for (let i = 0, at = top * width; i < data.length; i += 4)
            grey[at++] = data[i];
    }
    bitmap.close();
    return { width, height, grey };
}

function halve(grey, width, height) {
    const w = (width + 1) >> 1, h = (height + 1) >> 1;
    const half = new Uint8Array(w * h);
    for (let y = 0; y < h; y++) {
        const a = 2 * y * width, b = Math.min(2 * y + 1, height - 1) * width;
        for (let x = 0; x < w; x++) {
            const i = 2 * x, j = Math.min(i + 1, width - 1);
            half[y * w + x] = (grey[a + i] + grey[a + j] + grey[b + i] + grey[b + j] + 2) >> 2;
        }
    }
    return { grey: half, width: w, height: h };
}

onmessage = async ({ data: { id, url, halve: wanted } }) => {
    try {
        const first = await load(url);
        const levels = [first];
        while (wanted && Math.max(levels.at(-1).width, levels.at(-1).height) > 256) {
            const { grey, width, height } = levels.at(-1);
            levels.push(halve(grey, width, height));
        }
        postMessage({ id, width: first.width, height: first.height, levels },
                    levels.map((level) => level.grey.buffer));
    } catch (error) {
        postMessage({ id, error: error.message });
    }
};
