import { Command } from 'commander';
import { accuracyBench } from './accuracy.ts';
import { alertsBench } from './alerts.ts';
import { digestBench } from './digest.ts';
import { eosBench } from './eos.ts';
import { growthBench } from './growth.ts';
import { latencyBench } from './latency.ts';
import { memoryBench } from './memory.ts';
import { peersJobBench } from './peers-job.ts';
import { pipelineBench } from './pipeline.ts';
import { replayBench } from './replay.ts';
import { restoreBench } from './restore.ts';
import { scaleOutBench } from './scale-out.ts';
import { sequentialMnistBench } from './sequential-mnist.ts';
import { soakBench } from './soak.ts';
import { sourcesBench } from './sources.ts';
import { stepBench } from './step.ts';
import { trainBench } from './train.ts';

/** `npm run bench -- NAME`: what this machine makes of it. Each bench prints a table, or with --json one JSON object. */
const program = new Command('bench')
  .description('Measures on this machine.')
  .addCommand(accuracyBench())
  .addCommand(alertsBench())
  .addCommand(digestBench())
  .addCommand(eosBench())
  .addCommand(growthBench())
  .addCommand(latencyBench())
  .addCommand(memoryBench())
  .addCommand(peersJobBench())
  .addCommand(pipelineBench())
  .addCommand(replayBench())
  .addCommand(restoreBench())
  .addCommand(scaleOutBench())
  .addCommand(sequentialMnistBench())
  .addCommand(soakBench())
  .addCommand(sourcesBench())
  .addCommand(stepBench())
  .addCommand(trainBench());

try {
  if (process.argv.length > 2) await program.parseAsync();
  else program.outputHelp();
} catch (error) {
  process.stderr.write(`✖ ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
