import { parse } from 'yaml';
import { z } from 'zod';
import type { Build, LocatedArchive, ReadText, Release } from './release.ts';

/** What a control plane needs at least, and what the official archive holds. */
export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kubectl'] as const;

export interface KubernetesPins {
  readonly version: string;
  readonly module: string;
  readonly go: string;
  /** Not every patch release has an archive. */
  readonly archiveVersion: string;
  readonly archiveBase: string;
  /** SHA-512 of the archive by platform; for other platforms the index is asked. */
  readonly archiveDigests: Readonly<Record<string, string>>;
  readonly archiveIndex: string;
}

export function kubernetesRelease(pins: KubernetesPins): Release {
  return {
    title: `Kubernetes ${pins.version.slice(1)}`,
    version: pins.version,
    folder: pins.version,
    archive: {
      folder: pins.archiveVersion,
      binaries: CONTROL_PLANE,
      depth: 2,
      locate: (platform, readText) => locateArchive(pins, platform, readText),
    },
    module: pins.module,
    go: pins.go,
    builds: {
      etcd: {
        package: 'go.etcd.io/etcd/server/v3',
        values: {},
        duration: 'less than a minute',
      },
      'kube-apiserver': build('kube-apiserver', pins.version, 'about 5 minutes'),
      kubectl: build('kubectl', pins.version, 'less than a minute'),
      'kube-controller-manager': build('kube-controller-manager', pins.version, 'about a minute'),
      'kube-scheduler': build('kube-scheduler', pins.version, 'about a minute'),
    },
  };
}

function build(name: string, version: string, duration: string): Build {
  const [gitMajor = '', gitMinor = ''] = version.slice(1).split('.');
  const facts = { gitVersion: version, gitMajor, gitMinor, gitTreeState: 'clean' };
  const values = Object.entries(facts).flatMap(([key, value]) => [
    [`k8s.io/component-base/version.${key}`, value],
    [`k8s.io/client-go/pkg/version.${key}`, value],
  ]);
  return {
    package: `k8s.io/kubernetes/cmd/${name}`,
    values: Object.fromEntries(values),
    duration,
  };
}

const Index = z.object({
  releases: z.record(
    z.string(),
    z.record(z.string(), z.object({ hash: z.string(), selfLink: z.url() })),
  ),
});

async function locateArchive(
  pins: KubernetesPins,
  platform: string,
  readText: ReadText,
): Promise<LocatedArchive> {
  const version = pins.archiveVersion;
  const name = `envtest-${version}-${platform}.tar.gz`;
  const pinned = pins.archiveDigests[platform];
  if (pinned !== undefined) {
    const url = `${pins.archiveBase}/envtest-${version}/${name}`;
    return { url, algorithm: 'sha512', digest: pinned };
  }
  const entry = parseIndex(await readText(pins.archiveIndex), pins).releases[version]?.[name];
  if (!entry) throw new Error(`there is no ${name}`);
  return { url: entry.selfLink, algorithm: 'sha512', digest: entry.hash.toLowerCase() };
}

function parseIndex(text: string, pins: KubernetesPins) {
  try {
    return Index.parse(parse(text));
  } catch {
    throw new Error(`${pins.archiveIndex} is not an index of envtest archives`);
  }
}
