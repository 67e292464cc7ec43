// panels.js - the words around the image: what is asked, what is saved, what is learnt, and
// the panels with the images, the curve and the keys.
//
// Names of images and errors come from outside: they only ever become text.

import { chart } from './chart.js';
import { forecast } from './forecast.js';
import { HELD, KEYS } from './keyboard.js';
import { SIZES } from './tools.js';

export const $ = (id) => document.getElementById(id);

// 95 -> "1:35"
export function minutes(seconds) {
    const whole = Math.floor(seconds);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

function setText(id, text) {
    const element = $(id);
    if (element.textContent !== text)
        element.textContent = text;
    element.hidden = text === '' && element.tagName !== 'P';
}

const plural = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;

// ---- the task ---------------------------------------------------------------------------

const TASKS = {
    region: (name) => [`Correct the region in ${name}`, 'Confirm'],
    free: (name) => [`Label ${name} freely`, 'Confirm'],
    look: (name) => [`Looking at ${name}`, ''],
    none: () => ['', ''],
};

// `kind` is a key of TASKS; `busy` while the answer is handed in.
export function showTask({ kind, name, why, busy, asked }) {
    const [title, confirm] = TASKS[kind](name);
    const sheet = kind === 'region' || kind === 'free';
    setText('task-name', title);
    setText('why', why);
    $('task').hidden = kind === 'none';
    $('painting').hidden = !sheet;
    $('confirm').hidden = !sheet;
    $('confirm-text').textContent = busy ? 'Saving…' : confirm;
    $('confirm').disabled = busy;
    $('skip').hidden = kind !== 'region';
    $('skip').disabled = busy;
    $('label-here').hidden = kind !== 'look';
    $('back-to-task').hidden = kind === 'region' || !asked;
    $('unsure-name').textContent = kind === 'free' ? 'No label' : 'Unsure';
    document.body.classList.toggle('free', kind === 'free');
}

export function showNotice(text, more = '') {
    $('notice').hidden = text === '';
    $('notice-text').textContent = text;
    $('notice-more').textContent = more;
}

// ---- tools ------------------------------------------------------------------------------

export function showTools(tools) {
    for (const button of document.querySelectorAll('[data-tool]'))
        button.setAttribute('aria-checked', String(button.dataset.tool === tools.tool));
    for (const button of document.querySelectorAll('[data-label]')) {
        const chosen = tools.tool !== 'eraser' && Number(button.dataset.label) === tools.label;
        button.setAttribute('aria-checked', String(chosen));
    }
    $('size').max = String(SIZES.length - 1);
    $('size').value = String(SIZES.findIndex((size) => size >= tools.size));
    $('size-out').textContent = plural(tools.size, 'pixel');
    $('size').setAttribute('aria-valuetext', plural(tools.size, 'pixel'));
    showHistory(tools.work);
}

export function showHistory(work) {
    $('undo').disabled = !(work?.history.canUndo ?? false);
    $('redo').disabled = !(work?.history.canRedo ?? false);
}

export function showLayers(scene) {
    for (const box of document.querySelectorAll('[data-layer]')) {
        box.checked = scene.shown[box.dataset.layer];
        const there = box.dataset.layer === 'abundance' ? scene.abundance
                                                        : scene.layers[box.dataset.layer];
        box.parentElement.classList.toggle('none', there === null);
    }
}

export function showZoom(scene) {
    setText('zoom', `${Math.round(100 * scene.view.scale / scene.ratio)} %`);
}

// ---- saved, learning, time ----------------------------------------------------------------

// Whether what was drawn on these sheets is on the server's disk.
export function showSaved(works, reachable) {
    const waiting = works.reduce((sum, work) => sum + work.queue.length, 0);
    const trouble = works.find((work) => work.trouble !== null)?.trouble ??
        (reachable ? null : { kind: 'unreachable' });
    const closed = trouble?.kind === 'closed';
    let text = 'saved', style = '';
    if (closed) {
        text = waiting > 0
            ? `This sheet was closed elsewhere: ${plural(waiting, 'change')} could not be saved`
            : `Not confirmed: ${trouble.text}`;
        style = 'lost';
    } else if (trouble !== null) {
        const what = trouble.kind === 'unreachable' ? 'not connected' : 'not saved';
        text = waiting > 0
            ? `${what}: ${plural(waiting, 'change')} ${waiting === 1 ? 'waits' : 'wait'} here`
            : 'not connected';
        if (trouble.kind === 'refused')
            text += ` (${trouble.text})`;
        if (works.some((work) => work.store?.full))
            text += ', and the browser has no room to keep more: do not close this page';
        style = 'lost';
    } else if (waiting > 0) {
        text = 'saving…';
        style = 'busy';
    }
    setText('saved-text', text);
    $('saved').className = style;
    $('retry').hidden = trouble === null || closed;
    $('give-up').hidden = !closed;
    if (!reachable)
        $('learning').hidden = true; // nobody knows
}

// What is wrong with the project or the server, for as long as it is.
export function showTrouble(text) {
    setText('trouble', text);
    $('trouble').hidden = text === '';
}

const MESSAGE_MS = 20000;
let messageTimer = 0;

// What became of something that the expert did, for a while.
export function showMessage(text) {
    setText('message', text);
    $('message').hidden = text === '';
    clearTimeout(messageTimer);
    messageTimer = setTimeout(() => showMessage(''), MESSAGE_MS);
}

export function showState(state) {
    setText('title', state.project.replace(/\.septum$/, ''));
    document.title = `${state.project} - Septum`;
    $('open-who').textContent = `You are ${state.who}`;
    const { learning } = state;
    const left = Math.ceil(learning.seconds_left);
    setText('learning-text', learning.running
        ? `${learning.what}${left > 0 ? `, ${left} s left` : ''}` : '');
    $('learning').hidden = !learning.running;
    $('learning-bar').hidden = !learning.running;
    $('learning-bar').value = learning.fraction;
    $('finer-pixels').hidden = !state.finer_pixels;
    const expected = forecast(state.curve, state.expert_seconds);
    setText('expected', expected === null ? ''
        : `Expected of ten more minutes: ${expected.of === 'f_score' ? 'F-score' : 'agreement'} ` +
          `+${expected.gain.toFixed(3)}`);
}

export function showClock(clock, state) {
    const total = state === null ? '' : `, ${minutes(state.expert_seconds)} in all`;
    setText('clock', `Your time: ${minutes(clock.seconds)} here${total}` +
                     (clock.away ? ', stopped' : ''));
}

// ---- panels -----------------------------------------------------------------------------

export function showCurve(curve) {
    if (curve.length > 0) {
        $('chart').replaceChildren(chart(curve));
    } else {
        $('chart').textContent = 'Nothing has been learnt from you yet: the curve begins ' +
                                 'with the first round.';
    }
}

function cell(row, content, style = '') {
    const element = row.insertCell();
    element.append(content);
    element.className = style;
}

// The images, each with a button that calls open(image); `shown` is the id of that in hand.
export function showImages(images, shown, open) {
    $('image-rows').replaceChildren(...images.map((image) => {
        const row = document.createElement('tr');
        if (image.id === shown)
            row.setAttribute('aria-current', 'true');
        const share = 100 * image.labelled_pixels / (image.width * image.height);
        cell(row, image.name + (image.validation ? ' (for validation)' : ''));
        cell(row, `${image.width} × ${image.height}`, 'number');
        cell(row, share === 0 ? '' : `${share < 10 ? share.toFixed(1) : Math.round(share)} %`,
             'number');
        const button = document.createElement('button');
        button.textContent = 'Open';
        button.setAttribute('aria-label', `Open ${image.name}`);
        button.addEventListener('click', () => open(image));
        cell(row, button, 'number');
        return row;
    }));
}

const SIGNS = { arrowleft: '←', escape: 'Esc', enter: 'Enter', ' ': 'Space' };

export function showKeys() {
    $('key-rows').replaceChildren(...[...KEYS, ...HELD].map((entry) => {
        const row = document.createElement('tr');
        const names = entry.shown ? [entry.shown] : entry.keys ?? [entry.key];
        const keys = document.createElement('span');
        names.forEach((name, i) => {
            const sign = document.createElement('kbd');
            sign.textContent = SIGNS[name] ?? name;
            keys.append(i > 0 ? ' ' : '', sign);
        });
        cell(row, keys, 'number');
        cell(row, entry.does);
        return row;
    }));
}
