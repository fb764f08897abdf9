const NUMBER = new Intl.NumberFormat('en');

/** `13,229`. */
export function grouped(count: number): string {
  return NUMBER.format(count);
}

/** `1 organization`, `13,229 organizations`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
