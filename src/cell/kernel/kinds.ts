// What the kernel calls the cells that it knows: a cell's `kernel` is one of these names. They are told to the outside, so that a
// cell that is not among them is refused when it is loaded.
export const RNN_TANH: i32 = 0;
export const RNN_SIGMOID: i32 = 1;
export const RNN_RELU: i32 = 2;
export const LSTM: i32 = 3;
export const GRU: i32 = 4;
