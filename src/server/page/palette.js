// palette.js - the colours, which people with any colour vision can tell apart (M. Okabe
// and K. Ito, "Color universal design", 2008).  Unsure pixels are hatched as well.

import { MEMBRANE, OTHER, OUTSIDE, UNSURE } from './labels.js';
import { colour } from './tiles.js';

const ORANGE = [230, 159, 0], SKY = [86, 180, 233], GREEN = [0, 158, 115],
      YELLOW = [240, 228, 66], BLUE = [0, 114, 178], VERMILION = [213, 94, 0],
      PURPLE = [204, 121, 167];

export const CSS = { abundance: `rgb(${VERMILION})`, line: `rgb(${ORANGE})` };
export const PROPOSAL = colour(PURPLE, 1);

// The colour of a label that is being painted, by value.  On a region "other" is what is
// left over, and needs no colour; on a free sheet the unlabelled is.
export function labelColours(kind, strength) {
    const table = new Uint32Array(256);
    table[MEMBRANE] = colour(ORANGE, strength);
    if (kind === 'free')
        table[OTHER] = colour(BLUE, 0.6 * strength);
    else
        table[UNSURE] = colour(SKY, Math.min(1, strength + 0.15));
    table[OUTSIDE] = 0;
    return table;
}

// The hatch of unsure pixels: stripes two pixels wide.
export const hatched = (value, x, y) => value === UNSURE && ((x + y) & 2) !== 0;

// Known labels as their picture has them: 255 membrane, 0 other, 127 none.
export const knownColours = (() => {
    const table = new Uint32Array(256);
    table[255] = colour(GREEN, 0.6);
    table[0] = colour(GREEN, 0.15);
    return table;
})();

// The uncertainty 1 - 2 |P - 0.5| of a probability map, as ever stronger yellow.
export const uncertaintyColours = Uint32Array.from({ length: 256 }, (_, p) =>
    colour(YELLOW, 0.75 * (1 - Math.abs(p / 255 - 0.5) * 2) ** 2));

// Grey values through brightness b and contrast c, both -1..1, 0 as it is.
export function greyColours(brightness, contrast) {
    const slope = 2 ** (3 * contrast);
    return Uint32Array.from({ length: 256 }, (_, value) => {
        const v = (value / 255 - 0.5) * slope + 0.5 + brightness;
        const grey = Math.round(255 * Math.min(1, Math.max(0, v)));
        return colour([grey, grey, grey]);
    });
}
