// The page in a real browser, against the program: what is painted is what the project
// holds, whatever happens on the way.

import './asking.mjs';
import './painting.mjs';
import './surviving.mjs';
import { REAL, note, runAll } from './harness.mjs';

if (!REAL)
    note('SEPTUM is not set: driving the stand-in for the server');
await runAll();
