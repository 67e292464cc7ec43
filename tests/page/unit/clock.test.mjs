import assert from 'node:assert';
import { test } from 'node:test';
import { Clock } from '../../../src/server/page/clock.js';
import { forecast } from '../../../src/server/page/forecast.js';
import { stepOf, ticks } from '../../../src/server/page/chart.js';

function clockAt() {
    const time = { now: 100 };
    return { time, clock: new Clock(() => time.now) };
}

test('counts_while_there_are_signs_of_the_expert', () => {
    const { time, clock } = clockAt();
    clock.restart(5);
    assert.strictEqual(clock.seconds, 5);
    for (; time.now < 130; time.now += 10)
        clock.sign();
    assert.strictEqual(clock.seconds, 35); // 30 more, all within 20 s of a sign
});

test('stands_still_after_twenty_seconds_without_a_sign', () => {
    const { time, clock } = clockAt();
    clock.sign();
    time.now = 1000;
    assert.strictEqual(clock.seconds, 20);
    assert.ok(clock.away);
    clock.sign();
    time.now = 1003;
    assert.strictEqual(clock.seconds, 23);
    assert.ok(!clock.away);
});

test('stands_still_while_the_page_is_hidden', () => {
    const { time, clock } = clockAt();
    clock.sign();
    time.now += 4;
    clock.hide();
    time.now += 10;
    assert.strictEqual(clock.seconds, 4);
    clock.sign();
    time.now += 2;
    assert.strictEqual(clock.seconds, 6);
});

test('begins_a_sheet_at_once_when_the_expert_is_there', () => {
    const { time, clock } = clockAt();
    clock.sign();
    time.now += 3;
    clock.restart(0);
    time.now += 4;
    assert.strictEqual(clock.seconds, 4);
});

const round = (seconds, f, agreement = null) =>
    ({ expert_seconds: seconds, f_score: f, agreement });

test('forecasts_nothing_from_fewer_than_three_rounds', () => {
    assert.strictEqual(forecast([], 0), null);
    assert.strictEqual(forecast([round(60, 0.7), round(120, 0.8)], 120), null);
    assert.strictEqual(forecast([round(60, 0.7), round(120, null), round(180, 0.8)], 180), null);
});

test('forecasts_along_the_logarithm_of_time', () => {
    // f = 0.5 + 0.1 log(1 + t / 60), without noise: from 420 s to 1020 s that is
    // 0.1 (log 18 - log 8) = 0.1 log 2.25.
    const curve = [60, 180, 420].map((t) => round(t, 0.5 + 0.1 * Math.log(1 + t / 60)));
    const { gain, of } = forecast(curve, 420);
    assert.ok(Math.abs(gain - 0.1 * Math.log(2.25)) < 1e-9);
    assert.strictEqual(of, 'f_score');
});

test('forecasts_no_loss_and_nothing_beyond_one', () => {
    const falling = [60, 120, 180].map((t, i) => round(t, 0.8 - 0.1 * i));
    assert.strictEqual(forecast(falling, 180).gain, 0);
    const steep = forecast([60, 120, 180].map((t, i) => round(t, 0.5 + 0.23 * i)), 180);
    assert.ok(steep.gain <= 0.06);
});

test('falls_back_on_agreement_where_there_is_no_f_score', () => {
    const curve = [60, 120, 180].map((t, i) => round(t, null, 0.6 + 0.05 * i));
    assert.strictEqual(forecast(curve, 180).of, 'agreement');
});

test('marks_axes_with_round_numbers', () => {
    assert.strictEqual(stepOf(1, 5), 0.2);
    assert.strictEqual(stepOf(7, 5), 2);
    assert.deepStrictEqual(ticks(0.5, 1, 5), [0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    assert.deepStrictEqual(ticks(0, 2.6, 8), [0, 0.5, 1, 1.5, 2, 2.5]);
});
