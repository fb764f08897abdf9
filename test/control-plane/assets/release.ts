/** One version of a product, with all that is pinned of it. */
export interface Release {
  /** For people: `Kubernetes 1.35.4`. */
  readonly title: string;
  readonly version: string;
  /** Folder of the cache for what is built, without the platform. */
  readonly folder: string;
  readonly archive: PublishedArchive;
  /** Folder of the go.mod and go.sum that pin every byte of a build. */
  readonly module: string;
  /** The oldest version of Go that builds it. */
  readonly go: string;
  readonly builds: Readonly<Record<string, Build>>;
}

/** How Go builds one binary. */
export interface Build {
  /** Import path of the main package. */
  readonly package: string;
  /** What the linker writes into the binary: without it, many do not know their version. */
  readonly values: Readonly<Record<string, string>>;
  /** How long a first build takes on two cores, in words. */
  readonly duration: string;
}

/** An archive of binaries that the product's makers publish for each platform. */
export interface PublishedArchive {
  /** Folder of the cache for what is unpacked: its version may differ from the one built. */
  readonly folder: string;
  readonly binaries: readonly string[];
  /** How many folders stand above the binaries in the archive. */
  readonly depth: number;
  /** Where the archive for `platform` is, and what it must hash to. */
  locate(platform: string, readText: ReadText): Promise<LocatedArchive>;
}

export interface LocatedArchive {
  readonly url: string;
  readonly algorithm: 'sha256' | 'sha512';
  /** Hexadecimal, lower case. */
  readonly digest: string;
}

export type ReadText = (url: string) => Promise<string>;
