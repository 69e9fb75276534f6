// A process that runs the ring benches in their small size and prints their results as JSON: they start threads, which
// a test runner's own module loader can't.

import { bench } from '../../../bench/threads/ring.bench.js';

process.stdout.write(JSON.stringify(await bench({ small: true })));
