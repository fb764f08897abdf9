/** Seeds that once failed, be it by the operator's fault or the model's. They are always played. */
export const REGRESSIONS: readonly number[] = [133, 4079];
