import { describe, expect, test } from 'vitest';
import { BUILT_IN, findPipeline } from '../../src/cli/pipelines.ts';
import { ownPipeline, workplace } from './workplace.ts';

const { path, write } = workplace();

describe('findPipeline', () => {
  test.each(BUILT_IN)('%s by its name, and by the path that its file has in a clone', async (name) => {
    const pipeline = await findPipeline(name);
    expect(pipeline.name).toBe(name);
    expect(pipeline.about).toMatch(/\.$/);
    expect(await findPipeline(`pipelines/${name}.ts`)).toBe(pipeline);
    expect(await findPipeline(`./pipelines/${name}.ts`)).toBe(pipeline);
  });

  test("somebody's own by the path of its module, in TypeScript or JavaScript", async () => {
    const typed = await findPipeline(write('mine.ts', ownPipeline()));
    expect(typed).toMatchObject({ name: 'mine', about: 'A pipeline of my own.' });
    const plain = ownPipeline('plain').replace(': string', '');
    expect((await findPipeline(write('plain.mjs', plain))).name).toBe('plain');
  });

  test.each([
    ['live-forcast', 'live-forecast'],
    ['anomaly-alert', 'anomaly-alerts'],
    ['repaly', 'replay'],
  ])('%s is unknown: did you mean %s?', async (name, near) => {
    await expect(findPipeline(name)).rejects.toMatchObject({
      code: 'PIPELINE_NOT_FOUND',
      facts: { got: name, todo: `Did you mean ${near}?` },
    });
  });

  test('a path that is not there', async () => {
    await expect(findPipeline(path('none.ts'))).rejects.toMatchObject({
      code: 'PIPELINE_NOT_FOUND',
      facts: { todo: 'Check the path.' },
    });
  });

  test.each([
    ['has no default export', 'export const a = 1;', /no default export/],
    [
      'exports something else',
      'export default { name: "x" };',
      /without about, settings, defaults, topology, records/,
    ],
    ['does not parse', 'export default {', /./],
    ['throws', 'throw new Error("bad luck");', /bad luck/],
    ['imports what is not there', 'import "./gone.ts";', /gone\.ts/],
    ['is called like a path', ownPipeline('../../etc/x'), /\.\.\/\.\.\/etc\/x/],
    ['is called nothing', ownPipeline('x', 'name: " "'), /expected 1 to 64/],
  ])('a module that %s is PIPELINE_INVALID, with its path', async (what, source, message) => {
    const file = write(`${what.replaceAll(' ', '-')}.ts`, source);
    await expect(findPipeline(file)).rejects.toMatchObject({
      code: 'PIPELINE_INVALID',
      message: expect.stringMatching(message) as unknown,
      facts: { where: file },
    });
  });
});
