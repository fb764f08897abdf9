// Loaded into a process by NODE_OPTIONS: on SIGUSR2 it writes the longest time, since the last one,
// for which the event loop did not turn, as a line of JSON.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 2;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('SIGUSR2', () => {
  const longestMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  delay.reset();
  console.log(JSON.stringify({ message: 'event loop', longestMs }));
});
