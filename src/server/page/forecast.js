// forecast.js - what the next ten minutes are expected to bring.
//
// The rule: scores of a learner grow about linearly in the logarithm of what it has seen.
// We fit score = a + b log(1 + t / 60), t the expert's time in seconds, by least squares
// to the last eight rounds that have a score, and say what the line rises by between now
// and ten minutes on, never less than nothing and never past 1.  With fewer than three
// points we say nothing.  F-scores on validation images are used where there are three,
// else the agreement of proposals with answers, which is noisier: regions differ.

const AHEAD = 600;    // seconds
const ROUNDS = 8;

const scale = (seconds) => Math.log1p(seconds / 60);

// { gain, of: 'f_score' | 'agreement' }, or null when there is nothing to go by.
export function forecast(curve, seconds) {
    for (const key of ['f_score', 'agreement']) {
        const points = curve.filter((round) => Number.isFinite(round[key])).slice(-ROUNDS);
        if (points.length < 3)
            continue;
        const x = points.map((round) => scale(round.expert_seconds));
        const y = points.map((round) => round[key]);
        const meanX = mean(x), meanY = mean(y);
        const spread = mean(x.map((v) => (v - meanX) ** 2));
        if (spread < 1e-9)
            return null;
        const slope = mean(x.map((v, i) => (v - meanX) * (y[i] - meanY))) / spread;
        const now = meanY + slope * (scale(seconds) - meanX);
        const rise = slope * (scale(seconds + AHEAD) - scale(seconds));
        return { gain: Math.max(0, Math.min(rise, 1 - Math.min(now, 1))), of: key };
    }
    return null;
}

function mean(values) {
    return values.reduce((sum, value) => sum + value, 0) / values.length;
}
