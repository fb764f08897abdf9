// Starts a control plane, prints where its files are, and holds it until this process is ended.
import { startControlPlane } from './start.ts';

const plane = await startControlPlane();
process.stdout.write(`${plane.kubeconfig}\n`);
