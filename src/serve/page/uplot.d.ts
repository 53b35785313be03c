// The server sends the installed package's module under this name.
export { default } from 'uplot';
