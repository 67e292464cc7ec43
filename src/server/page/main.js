// main.js - puts the page together.

import { Api } from './api.js';
import { Clock } from './clock.js';
import { Cross, listen } from './keyboard.js';
import { $, showClock, showCurve, showHistory, showImages, showKeys, showLayers, showTools,
         showZoom } from './panels.js';
import { Pictures } from './pictures.js';
import { Pointer } from './pointer.js';
import { Scene } from './scene.js';
import { Session } from './session.js';
import { Store, nameTab, sweep } from './store.js';
import { SIZES, Tools } from './tools.js';

const NAME = 'septum-who'; // where the expert's name is kept, first per tab
const LOOKS = 'septum-looks'; // and what of size and greys was last chosen

const scene = new Scene($('stage'));
const tools = new Tools(scene);
const cross = new Cross(scene, tools);
const clock = new Clock();
const pointer = new Pointer($('stage'), scene, tools, $('ring'));
const { tab, alive } = await nameTab();
sweep(localStorage);
const session = new Session({
    api: new Api(sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME) ?? ''),
    newStore: () => new Store(localStorage, tab, alive), pictures: new Pictures(),
    clock, scene, tools,
    onOpen: () => cross.shown && cross.show(),
    onScene: () => {
        showHistory(tools.work);
        showLayers(scene);
        showZoom(scene);
    },
});

tools.onChange = () => {
    showTools(tools);
    pointer.showRing();
    keepLooks();
};

// ---- what keys and buttons do ---------------------------------------------------------

function showPanel(name) {
    if (name === 'curve')
        showCurve(session.state?.curve ?? []);
    if (name === 'images') {
        const shown = Number($('stage').dataset.image);
        showImages(session.state?.images ?? [], shown, (image) => {
            $('images').close();
            session.look(image).catch((error) => session.failed(error));
        });
    }
    $(name).showModal();
}

function zoom(factor) {
    if (cross.shown)
        scene.view.zoomAt(...scene.view.toScreen(...cross.at), factor);
    else if (pointer.hover !== null)
        scene.view.zoomAt(...pointer.hover, factor);
    else
        scene.view.zoom(factor);
    scene.redraw();
}

function toggleLayer(name) {
    scene.setShown(name, !scene.shown[name]);
    showLayers(scene);
}

const act = {
    confirm: () => session.confirm(),
    skip: () => session.skip(),
    tool: (tool) => tools.choose(tool),
    label: (label) => tools.chooseLabel(label),
    swap: () => tools.swapLabel(),
    size: (step) => tools.stepSize(step),
    undo: () => tools.undo(),
    redo: () => tools.redo(),
    zoom,
    fit: () => session.fit(),
    fitImage: () => {
        const { view } = scene;
        view.fit([0, 0, view.imageWidth, view.imageHeight], 0.02);
        scene.redraw();
    },
    arrow: (step, count) => {
        if (cross.shown) {
            cross.move(step, count);
        } else {
            scene.view.pan(...step.map((d) => -d * (count === 1 ? 60 : 300) * scene.ratio));
            scene.redraw();
        }
    },
    cross: () => (cross.shown ? cross.hide() : cross.show()),
    penDown: () => cross.shown && cross.penDown(),
    layer: toggleLayer,
    panel: showPanel,
    peek: (held) => scene.peeking !== held && scene.peek(held),
    space: (held) => {
        if (!cross.shown)
            pointer.holdSpace(held);
        else if (held)
            cross.press();
    },
    escape: () => {
        if (tools.anchor !== null)
            tools.endLine();
        else
            cross.hide();
    },
};

listen(act);

const buttons = {
    'confirm': act.confirm, 'skip': act.skip, 'undo': act.undo, 'redo': act.redo,
    'zoom-in': () => scene.view.zoom(1.5), 'zoom-out': () => scene.view.zoom(1 / 1.5),
    'fit': act.fit, 'fit-image': act.fitImage,
    'plain-greys': () => {
        $('brightness').value = $('contrast').value = '0';
        setGreys();
    },
    'label-here': () => session.labelHere(), 'back-to-task': () => session.backToTask(),
    'open-images': () => showPanel('images'), 'open-curve': () => showPanel('curve'),
    'open-help': () => showPanel('help'),
    'open-who': () => {
        $('who-name').value = session.state?.who ?? '';
        showPanel('who');
    },
    'retry': () => session.hurry(), 'give-up': () => session.giveUp(),
};

// A closed panel must not leave the keys to the button that opened it.
for (const dialog of document.querySelectorAll('dialog'))
    dialog.addEventListener('close', () => scene.stage.focus({ preventScroll: true }));

for (const [id, run] of Object.entries(buttons)) {
    $(id).addEventListener('click', () => {
        run();
        scene.redraw();
    });
}
for (const button of document.querySelectorAll('[data-tool]'))
    button.addEventListener('click', () => tools.choose(button.dataset.tool));
for (const button of document.querySelectorAll('[data-label]'))
    button.addEventListener('click', () => tools.chooseLabel(Number(button.dataset.label)));
for (const box of document.querySelectorAll('[data-layer]'))
    box.addEventListener('change', () => toggleLayer(box.dataset.layer));

// A button that was clicked must not keep the keys: Enter is to confirm the region, not to
// click again.  Who came to it by Tab keeps it.
document.addEventListener('pointerup', (event) => {
    event.target.closest?.('#side button, #side input')?.addEventListener('click', (click) =>
        click.currentTarget.blur(), { once: true });
});

function setGreys() {
    scene.setGreys(Number($('brightness').value), Number($('contrast').value));
    keepLooks();
}

function setStrength() {
    scene.setStrength(Number($('strength').value));
    keepLooks();
}

$('brightness').addEventListener('input', setGreys);
$('contrast').addEventListener('input', setGreys);
$('strength').addEventListener('input', setStrength);
$('size').addEventListener('input', () => tools.setSize(SIZES[Number($('size').value)]));

// The sliders are where they were when the page comes again.
const SLIDERS = ['size', 'brightness', 'contrast', 'strength'];

function keepLooks() {
    try {
        localStorage.setItem(LOOKS, JSON.stringify(
            Object.fromEntries(SLIDERS.map((id) => [id, $(id).value]))));
    } catch {
        // A full store has changes to keep that matter more.
    }
}

function findLooks() {
    const kept = JSON.parse(localStorage.getItem(LOOKS) ?? '{}');
    for (const id of SLIDERS)
        $(id).value = kept[id] ?? $(id).value;
    tools.setSize(SIZES[Number($('size').value)]);
    setGreys();
    setStrength();
}

$('who-form').addEventListener('submit', () => {
    const name = $('who-name').value.trim();
    if (name === '' || name === session.state?.who)
        return;
    sessionStorage.setItem(NAME, name);
    localStorage.setItem(NAME, name);
    location.reload();
});

// ---- the life of the page ---------------------------------------------------------------

for (const sign of ['pointerdown', 'pointermove', 'keydown', 'wheel'])
    addEventListener(sign, () => clock.sign(), { capture: true, passive: true });
addEventListener('online', () => session.hurry());
addEventListener('pagehide', () => session.farewell());
document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
        tools.stroke?.cut();
        clock.hide();
    } else {
        session.hurry();
    }
});

function frame() {
    tools.tick();
    if (scene.stale.back) {
        showZoom(scene);
        pointer.showRing();
    }
    scene.draw();
    requestAnimationFrame(frame);
}

setInterval(() => showClock(clock, session.state), 1000);
showKeys();
showTools(tools);
findLooks();
showLayers(scene);
requestAnimationFrame(frame);
session.run();
