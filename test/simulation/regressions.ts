/**
 * Seeds that failed when they were played first, by the operator's fault or the model's. They are
 * always played. A seed stands for the same run only as long as the model asks the same of chance, so
 * what a seed has found in the operator also gets a test of its own.
 */
export const REGRESSIONS: readonly number[] = [
  39, 54, 133, 155, 174, 632, 1241, 1374, 1387, 1401, 1537, 2189, 2312, 2440, 2620, 2656, 2676,
  3233, 3416, 3793, 3988, 4079, 4733, 6158, 7019, 7922, 8938, 10887, 32170, 40130, 40271,
];
