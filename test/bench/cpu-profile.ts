/** Arguments of Node that write a CPU profile `name.cpuprofile` to a folder; none without a folder. */
export function cpuProfile(folder: string | undefined, name: string): readonly string[] {
  return folder === undefined
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`];
}
