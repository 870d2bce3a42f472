import * as Comlink from 'comlink';
import { benchAppend } from './append.ts';

Comlink.expose({ benchAppend });
