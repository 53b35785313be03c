export { add } from './add';
export { adam, sumOfSquares } from './adam';
export { packHalves } from './bfloat16';
export { stepFrame } from './frame';
export { linear, linearBack } from './linear';
export { blame, mixed } from './mixture';
export { peak } from './peak';
export { rlsGain, rlsLearn, rlsMoves } from './rls';
export { backwardWindow, forwardWindow, gradientsOfWindow, transposeWeights } from './window';
