import { describeBareSystem } from './bare-system.js';

describeBareSystem('trixie');
