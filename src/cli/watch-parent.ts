/** How soon the end of the parent is noticed. */
const CHECK_MS = 250;

/**
 * Beneath npm, calls `onEnd` once when the parent has ended: npm runs a command in a shell, and a
 * SIGTERM for npm ends that shell without ever reaching us. Elsewhere a parent may end as it likes.
 * Returns a function that ends the watch.
 */
export function watchParent(onEnd: () => void): () => void {
  if (process.env['npm_lifecycle_event'] === undefined) return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onEnd();
  }, CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
