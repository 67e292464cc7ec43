#!/usr/bin/env python3
"""The modern rival: a U-Net of the usual size, trained from scratch.

    unet.py --target-images DIR --target-labels DIR --labelled 0-4 --test 14-19 -o DIR

Ronneberger et al. 2015 with padding, as its successors have it: four poolings, 3 x 3 convolutions
with batch normalisation and ReLU, 32 channels at full resolution (`--width`) and twice as many below each
pooling, 7.8 million weights.  Adam at 1e-3 falling along a cosine over the minutes given; tiles of
256 x 256 or the image's size, the 8 symmetries and changes of intensity; binary cross-entropy over labelled
pixels, both classes weighing the same, as Septum weighs them.

Needs torch (1.13 or later), numpy, pillow, tifffile; $SEPTUM scores.
"""
import math
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import rival

DEPTH = 4
TILE = 256
BATCH = 4
RATE = 1e-3
THRESHOLD_IMAGES = 8


def double(channels_in, channels_out):
    layers = []
    for count in (channels_in, channels_out):
        layers += [nn.Conv2d(count, channels_out, 3, padding=1, bias=False),
                   nn.BatchNorm2d(channels_out), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


class UNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        widths = [width << k for k in range(DEPTH + 1)]
        self.down = nn.ModuleList([double(1 if k == 0 else widths[k - 1], widths[k])
                                   for k in range(DEPTH + 1)])
        self.grow = nn.ModuleList([nn.ConvTranspose2d(widths[k + 1], widths[k], 2, stride=2)
                                   for k in range(DEPTH)])
        self.up = nn.ModuleList([double(2 * widths[k], widths[k]) for k in range(DEPTH)])
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        kept = []
        for k, block in enumerate(self.down):
            x = block(x if k == 0 else functional.max_pool2d(x, 2))
            kept.append(x)
        for k in reversed(range(DEPTH)):
            x = self.up[k](torch.cat([self.grow[k](x), kept[k]], 1))
        return self.head(x)[:, 0]


def pad_up(image):
    """Mirror an image to a multiple of 2^DEPTH a side."""
    step = 1 << DEPTH
    return np.pad(image, [(0, -side % step) for side in image.shape], mode="reflect")


def draw_tile(images, labels, random):
    """A tile with known pixels, turned, flipped and changed in intensity."""
    while True:
        i = random.integers(len(images))
        side = [min(TILE, size >> DEPTH << DEPTH) for size in images[i].shape]
        y, x = (random.integers(size - part + 1) for size, part in zip(images[i].shape, side))
        mask = labels[i][y:y + side[0], x:x + side[1]]
        if (mask != rival.UNKNOWN).any():
            break
    image = images[i][y:y + side[0], x:x + side[1]]
    image = image * random.uniform(0.8, 1.25) + random.uniform(-0.2, 0.2)
    turn = random.integers(4) if side[0] == side[1] else 2 * random.integers(2)
    image, mask = np.rot90(image, turn), np.rot90(mask, turn)
    if random.integers(2):
        image, mask = image[:, ::-1], mask[:, ::-1]
    return image.astype(np.float32), mask


def loss_of(logits, masks, share):
    """Both classes weigh the same over all labelled pixels; unknown ones nothing."""
    weights = (masks == 1).float() * (0.5 / share) + (masks == 0).float() * (0.5 / (1 - share))
    losses = functional.binary_cross_entropy_with_logits(logits, (masks == 1).float(),
                                                         weight=weights, reduction="sum")
    return losses / (masks != rival.UNKNOWN).sum().clamp(min=1)


def predict_with(net, image):
    net.eval()
    with torch.no_grad():
        padded = torch.from_numpy(pad_up(image))[None, None]
        return torch.sigmoid(net(padded))[0].numpy()[:image.shape[0], :image.shape[1]]


def train(images, labels, arguments):
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    random = np.random.default_rng(arguments.seed)
    truth = np.concatenate([one[one != rival.UNKNOWN] for one in labels])
    share = truth.mean()
    if not 0 < share < 1:
        raise SystemExit("the labels hold one class only")
    net = UNet(arguments.width)
    optimiser = torch.optim.Adam(net.parameters(), RATE)
    began, limit, steps = time.monotonic(), 60 * arguments.minutes, 0
    while (spent := time.monotonic() - began) < limit:
        for group in optimiser.param_groups:
            group["lr"] = RATE * 0.5 * (1 + math.cos(math.pi * spent / limit))
        tiles = [draw_tile(images, labels, random)]
        while len(tiles) < BATCH:
            tile = draw_tile(images, labels, random)
            if tile[0].shape == tiles[0][0].shape:  # images may differ in size
                tiles.append(tile)
        net.train()
        optimiser.zero_grad()
        logits = net(torch.from_numpy(np.stack([tile[0] for tile in tiles]))[:, None])
        loss_of(logits, torch.from_numpy(np.stack([tile[1] for tile in tiles])), share).backward()
        optimiser.step()
        steps += 1
    own = [predict_with(net, image) for image in images[:THRESHOLD_IMAGES]]
    return lambda image: predict_with(net, image), own


if __name__ == "__main__":
    parser = rival.parse_arguments(__doc__.split("\n")[0])
    parser.add_argument("--width", type=int, default=32,
                        help="channels at full resolution (32)")
    rival.run(parser.parse_args(), "unet", train)
