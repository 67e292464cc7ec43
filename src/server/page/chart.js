// chart.js - the learning curve as an SVG of our own: scores above, loss below, over the
// minutes that the expert has spent.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 640, LEFT = 46, RIGHT = 16;
const SCORES = { top: 12, height: 220 }, LOSS = { top: 266, height: 80 };
const HEIGHT = 390;

const LINES = [
    { key: 'f_score', name: 'F-score on validation images', style: 'f-score', panel: SCORES },
    { key: 'agreement', name: 'proposal against your answer, before it was learnt',
      style: 'agreement', panel: SCORES },
    { key: 'loss', name: 'loss while learning', style: 'loss', panel: LOSS },
];

function add(parent, name, attributes, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes))
        element.setAttribute(key, value);
    if (text !== undefined)
        element.textContent = text;
    parent.append(element);
    return element;
}

// 1, 2 or 5 times a power of ten, so that `most` takes about `count` steps of it.
export function stepOf(most, count) {
    const rough = most / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    return power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
}

// The values that an axis from `least` to `most` is marked with.
export function ticks(least, most, count) {
    const step = stepOf(most - least, count);
    const first = Math.ceil(least / step - 1e-9);
    const last = Math.floor(most / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) =>
        Number(((first + i) * step).toPrecision(12)));
}

const known = (curve, key) => curve.filter((round) => Number.isFinite(round[key]));

// The range that a panel shows: scores up to 1, loss from 0.
function rangeOf(curve, panel) {
    const values = LINES.filter((line) => line.panel === panel)
        .flatMap((line) => known(curve, line.key).map((round) => round[line.key]));
    if (panel === LOSS)
        return [0, Math.max(...values, 0.1)];
    return [Math.max(0, Math.floor((Math.min(...values, 0.9) - 0.02) * 10) / 10), 1];
}

// The chart of `curve` (see the state that the server sends), a fresh element.
export function chart(curve) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute('role', 'img');
    add(svg, 'title', {}, describe(curve));
    const most = Math.max(1, ...curve.map((round) => round.expert_seconds / 60));
    const x = (minutes) => LEFT + minutes / most * (WIDTH - LEFT - RIGHT);
    for (const panel of [SCORES, LOSS])
        drawPanel(svg, curve, panel, x, most);
    return svg;
}

function drawPanel(svg, curve, panel, x, most) {
    const [least, top] = rangeOf(curve, panel);
    const bottom = panel.top + panel.height;
    const y = (value) => bottom - (value - least) / (top - least) * panel.height;
    for (const value of ticks(least, top, panel === LOSS ? 2 : 5)) {
        add(svg, 'path', { class: 'axis', d: `M${LEFT} ${y(value)}H${WIDTH - RIGHT}` });
        add(svg, 'text', { x: LEFT - 6, y: y(value) + 4, 'text-anchor': 'end' }, value);
    }
    for (const minutes of ticks(0, most, 8)) {
        add(svg, 'path', { class: 'axis', d: `M${x(minutes)} ${bottom}v4` });
        add(svg, 'text', { x: x(minutes), y: bottom + 17, 'text-anchor': 'middle' }, minutes);
    }
    const lines = LINES.filter((line) => line.panel === panel && known(curve, line.key).length);
    lines.forEach((line, i) => {
        const points = known(curve, line.key)
            .map((round) => [x(round.expert_seconds / 60), y(round[line.key]), round]);
        const style = `${line.style} line`;
        add(svg, 'path', { class: style, 'stroke-width': 2, d: `M${points.map((p) =>
            `${p[0].toFixed(1)} ${p[1].toFixed(1)}`).join('L')}` });
        for (const [cx, cy, round] of points) {
            const dot = add(svg, 'circle', { class: `${line.style} dot`, cx, cy, r: 3.5 });
            add(dot, 'title', {}, `round ${round.round}: ${round[line.key].toFixed(3)}`);
        }
        const at = panel === LOSS ? panel.top + 12 : bottom - 12 - 18 * (lines.length - 1 - i);
        add(svg, 'path', { class: style, 'stroke-width': 2, d: `M${LEFT + 14} ${at - 4}h28` });
        add(svg, 'text', { class: 'name', x: LEFT + 50, y: at }, line.name);
    });
    if (panel === LOSS)
        add(svg, 'text', { x: WIDTH - RIGHT, y: HEIGHT - 8, 'text-anchor': 'end' },
            'minutes of your time');
}

function describe(curve) {
    return LINES.map(({ key, name }) => {
        const last = known(curve, key).at(-1);
        return last === undefined ? '' : `${name}: ${last[key].toFixed(3)}. `;
    }).join('');
}
