import { expect } from 'chai';
import { queriesOf, readDashboard, type Dashboard } from '../../e2e/dashboard.ts';

const VARIABLES = ['namespace', 'name', 'job', '__rate_interval', '__range'];

describe('the dashboard of the chart', () => {
  let dashboard: Dashboard;

  before(async () => {
    dashboard = await readDashboard();
  });

  it('has panels that lie side by side, each with a title, an id of its own and an explanation', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
    const taken = new Set<string>();
    for (const { title, description, targets, gridPos } of panels) {
      expect(title).to.match(/^[A-Z]/);
      if (targets !== undefined) expect(description, title).to.match(/^[A-Z].*\.$/);
      expect(gridPos.x + gridPos.w, title).to.be.at.most(24);
      for (let { x } = gridPos; x < gridPos.x + gridPos.w; x += 1) {
        for (let { y } = gridPos; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken, title).to.not.include(`${x}:${y}`);
          taken.add(`${x}:${y}`);
        }
      }
    }
  });

  it('asks with the variables that it offers', () => {
    const offered = dashboard.templating.list.map(({ name }) => name);
    expect(offered).to.deep.equal(['datasource', 'job', 'namespace', 'name']);
    const values = Object.fromEntries(VARIABLES.map((name) => [name, `<${name}>`]));
    const queries = queriesOf(dashboard, values);
    expect(queries).to.have.length.above(25);
    for (const { panel, expr } of queries) {
      const ofObjects = /institution_sync_(?!auth0|source|build|watch)\w+\{/.test(expr);
      const expected = ofObjects ? 'namespace=~"<namespace>", name=~"<name>"' : 'job=~"<job>"';
      expect(expr, panel).to.include(expected);
    }
  });
});
