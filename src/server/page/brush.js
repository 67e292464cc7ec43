// brush.js - the pixels under a round brush that is drawn from one pixel to another.
//
// A pixel is covered when its centre is no farther than size / 2 from the straight line
// between the two centres.  The shape is convex, so a row of it is one run.

// Is the centre of (x, y) within size / 2 of the segment a-b?  In whole numbers but for
// very long segments, so that the border does not depend on rounding.
export function covers(size, ax, ay, bx, by, x, y) {
    const dx = bx - ax, dy = by - ay;
    const length2 = dx * dx + dy * dy;
    const along = (x - ax) * dx + (y - ay) * dy;
    if (along <= 0)
        return 4 * ((x - ax) ** 2 + (y - ay) ** 2) <= size * size;
    if (along >= length2)
        return 4 * ((x - bx) ** 2 + (y - by) ** 2) <= size * size;
    return 4 * ((x - ax) * dy - (y - ay) * dx) ** 2 <= size * size * length2;
}

// Where the shape is widest in row y, nearly: the ends of the union of the two discs and
// of the band between them.
function estimateRow(size, ax, ay, bx, by, y) {
    const radius = size / 2;
    let left = Infinity, right = -Infinity;
    const take = (from, to) => {
        left = Math.min(left, from);
        right = Math.max(right, to);
    };
    for (const [cx, cy] of [[ax, ay], [bx, by]]) {
        const half2 = radius * radius - (y - cy) * (y - cy);
        if (half2 >= 0)
            take(cx - Math.sqrt(half2), cx + Math.sqrt(half2));
    }
    const dx = bx - ax, dy = by - ay;
    const length = Math.hypot(dx, dy);
    if (length > 0) {
        // The band's corners lie `radius` to either side of a and of b.
        const nx = -dy / length * radius, ny = dx / length * radius;
        const corners = [[ax + nx, ay + ny], [bx + nx, by + ny], [bx - nx, by - ny],
                         [ax - nx, ay - ny]];
        for (let i = 0; i < 4; i++) {
            const [px, py] = corners[i], [qx, qy] = corners[(i + 1) % 4];
            if (Math.min(py, qy) <= y && y <= Math.max(py, qy)) {
                const t = py === qy ? 0 : (y - py) / (qy - py);
                take(px + t * (qx - px), px + t * (qx - px));
                if (py === qy)
                    take(qx, qx);
            }
        }
    }
    return [left, right];
}

// Call row(y, left, right) for every row of the shape that lies in a width x height
// raster; both ends are covered.
export function eachRow(size, ax, ay, bx, by, width, height, row) {
    const radius = size / 2;
    const top = Math.max(0, Math.ceil(Math.min(ay, by) - radius));
    const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by) + radius));
    for (let y = top; y <= bottom; y++) {
        let [left, right] = estimateRow(size, ax, ay, bx, by, y);
        if (left > right)
            continue;
        left = Math.round(left);
        right = Math.round(right);
        while (covers(size, ax, ay, bx, by, left - 1, y))
            left--;
        while (left <= right && !covers(size, ax, ay, bx, by, left, y))
            left++;
        while (covers(size, ax, ay, bx, by, right + 1, y))
            right++;
        while (right >= left && !covers(size, ax, ay, bx, by, right, y))
            right--;
        left = Math.max(left, 0);
        right = Math.min(right, width - 1);
        if (left <= right)
            row(y, left, right);
    }
}
