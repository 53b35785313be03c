/**
 * The commands that a page of Markdown gives to a shell: each line of its `sh` blocks, those that `&&` joins apart; and what stands in a line of text
 * as `npm …`, `npx …`, `node …`, `python …`, `docker …` or `.ci/run`. Without comments, each once, in their order.
 */
export function shellCommands(markdown: string): readonly string[] {
  const blocks = [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.split('\n'));
  const text = markdown.replaceAll(/```[\s\S]*?```/g, '');
  const inline = [...text.matchAll(/`((?:npm|npx|node|python|docker) [^`]+|\.ci\/run)`/g)].map(
    ([, command]) => command!,
  );
  const commands = [...blocks, ...inline].flatMap((line) =>
    line
      .replace(/(^|\s)# .*$/, '')
      .replaceAll(/\s+/g, ' ')
      .split(' && ')
      .map((command) => command.trim()),
  );
  return [...new Set(commands.filter((command) => command !== ''))];
}

/** A command's words, quotes taken off. */
export function wordsOf(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}
