/** What matters of the machine, as a parameter, so that tests can make one up. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  /** As Go and the official archives spell it: `linux-amd64`. */
  readonly platform: string;
  /** Says one line to the user: called before anything that takes long. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

const SYSTEMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };
const PROCESSORS: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

/** This machine; it tells on standard error. */
export function thisMachine(signal: AbortSignal = new AbortController().signal): Machine {
  const system = SYSTEMS[process.platform];
  const processor = PROCESSORS[process.arch];
  if (system === undefined || processor === undefined) {
    const here = `${process.platform} on ${process.arch}`;
    throw new Error(`A control plane needs Linux or macOS, on amd64 or arm64; this is ${here}`);
  }
  return {
    env: process.env,
    platform: `${system}-${processor}`,
    tell: (line) => void process.stderr.write(`${line}\n`),
    signal,
  };
}
