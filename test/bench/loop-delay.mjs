// Loaded into a process by NODE_OPTIONS: on SIGUSR2 it writes, as a line of JSON, the longest time
// since the last one for which the event loop did not turn, and the most processor time that the main
// thread took between two ticks of a timer. The second one does not suffer from other processes.
// Counts from the process's first request on: what comes before is its start, and nobody waits then.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const FIRST_REQUEST = 'http.client.request.start';
const RESOLUTION_MS = 2;
const TICK_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let last = 0;
let longestCpuMs = 0;

function cpuMs() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function tick() {
  const now = cpuMs();
  longestCpuMs = Math.max(longestCpuMs, now - last);
  last = now;
}

function begin() {
  unsubscribe(FIRST_REQUEST, begin);
  delay.enable();
  last = cpuMs();
  setInterval(tick, TICK_MS).unref();
}

subscribe(FIRST_REQUEST, begin);
process.on('SIGUSR2', () => {
  const longestMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS);
  console.log(JSON.stringify({ message: 'event loop', longestMs, longestCpuMs }));
  delay.reset();
  longestCpuMs = 0;
});
