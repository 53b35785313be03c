export { add } from './add';
export { adam, sumOfSquares } from './adam';
export { stepFrame } from './frame';
export { linear, linearBack } from './linear';
export { peak } from './peak';
export { backwardWindow, forwardWindow, gradientsOfWindow, transposeWeights } from './window';
