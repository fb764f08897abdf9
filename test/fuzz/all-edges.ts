import { auth0Answer } from './edges/auth0-answer.ts';
import { kubeconfig } from './edges/kubeconfig.ts';
import { kubernetesAnswer } from './edges/kubernetes-answer.ts';
import { logLine } from './edges/log-line.ts';
import { manifest } from './edges/manifest.ts';
import { proxy } from './edges/proxy.ts';
import { rateHeaders } from './edges/rate-headers.ts';
import { resource } from './edges/resource.ts';
import { secret } from './edges/secret.ts';
import { settings } from './edges/settings.ts';
import { theAnswer } from './edges/the-answer.ts';
import { thePage } from './edges/the-page.ts';
import { watchLines } from './edges/watch-lines.ts';
import type { Edge } from './edge.ts';

/** Every place where something from outside comes in. */
export const EDGES: readonly Edge[] = [
  resource,
  secret,
  manifest,
  settings,
  proxy,
  kubeconfig,
  thePage,
  theAnswer,
  auth0Answer,
  rateHeaders,
  kubernetesAnswer,
  watchLines,
  logLine,
];
