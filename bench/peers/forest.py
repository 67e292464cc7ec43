#!/usr/bin/env python3
"""The classical rival: a random forest on the standard filters of ilastik's pixel classification.

    forest.py --target-images DIR --target-labels DIR --labelled 0-4 --test 14-19 -o DIR

Filters (Sommer et al. 2011; the defaults of its program, in 2-D): at the scales 0.7, 1, 1.6, 3.5, 5
and 10 pixels Laplacian of Gaussian, gradient magnitude, difference of Gaussians, and both
eigenvalues of structure tensor and Hessian; Gaussian smoothing at these and 0.3.  100 trees on
all labelled pixels, or as many as `--pixels`.  Its threshold is chosen on what each pixel's
out-of-bag trees say, as a forest knows its own pixels by heart.

Needs numpy, scipy, pillow, tifffile, scikit-image, scikit-learn; $SEPTUM scores.
"""
import time

import numpy as np
from scipy import ndimage
from skimage.feature import hessian_matrix_eigvals
from sklearn.ensemble import RandomForestClassifier

import rival

SCALES = [0.7, 1.0, 1.6, 3.5, 5.0, 10.0]
TREES = 100
ROUND = 20  # trees between two looks at the clock


def smooth(image, scale, order=0):
    return ndimage.gaussian_filter(image, scale, order=order, mode="mirror", truncate=3.5)


def eigenvalues(rr, rc, cc):
    return list(hessian_matrix_eigvals([rr, rc, cc]))


def make_features(image):
    """[pixels][filters]"""
    layers = [smooth(image, 0.3)]
    for scale in SCALES:
        row, column = smooth(image, scale, (1, 0)), smooth(image, scale, (0, 1))
        outer = 0.5 * scale
        hessian = [smooth(image, scale, order) for order in ((2, 0), (1, 1), (0, 2))]
        layers += [
            smooth(image, scale),
            hessian[0] + hessian[2],
            np.hypot(row, column),
            smooth(image, scale) - smooth(image, 0.66 * scale),
            *eigenvalues(smooth(row * row, outer), smooth(row * column, outer),
                         smooth(column * column, outer)),
            *eigenvalues(*hessian),
        ]
    return np.stack([layer.ravel() for layer in layers], axis=1).astype(np.float32)


def train(images, labels, arguments):
    deadline = time.monotonic() + 60 * arguments.minutes
    features = np.concatenate([make_features(image) for image in images])
    truth = np.concatenate([one.ravel() for one in labels])
    known = np.flatnonzero(truth != rival.UNKNOWN)
    if len(known) > arguments.pixels:
        known = np.sort(np.random.default_rng(arguments.seed).choice(
            known, arguments.pixels, replace=False))
    if len(np.unique(truth[known])) < 2:
        raise SystemExit("the labels hold one class only")
    forest = RandomForestClassifier(n_estimators=0, warm_start=True,
                                    n_jobs=arguments.threads, random_state=arguments.seed)
    while not forest.oob_score:
        # Out-of-bag votes are counted over all trees, when the last ones are grown.
        forest.oob_score = (forest.n_estimators >= TREES - ROUND
                            or time.monotonic() >= deadline)
        forest.n_estimators += ROUND
        forest.fit(features[known], truth[known])
    membrane = list(forest.classes_).index(1)

    def predict(image):
        return forest.predict_proba(make_features(image))[:, membrane].reshape(image.shape)

    votes = np.full(len(truth), 0.5, np.float32)
    votes[known] = np.nan_to_num(forest.oob_decision_function_[:, membrane], nan=0.5)
    ends = np.cumsum([one.size for one in labels])[:-1]
    # Pixels that were not learnt from have no out-of-bag vote; they do not count.
    for one, part in zip(labels, np.split(np.isin(np.arange(len(truth)), known), ends)):
        one.ravel()[~part] = rival.UNKNOWN
    own = [part.reshape(one.shape) for part, one in zip(np.split(votes, ends), labels)]
    return predict, own


if __name__ == "__main__":
    parser = rival.parse_arguments(__doc__.split("\n")[0])
    parser.add_argument("--pixels", type=int, default=300_000,
                        help="learn from so many labelled pixels at most (300000)")
    rival.run(parser.parse_args(), "forest", train)
