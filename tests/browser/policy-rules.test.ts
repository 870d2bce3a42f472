import { cedarEngine } from '#adapters/cedar/cedar-engine.ts';
import { loadCedar } from '#adapters/cedar/load-cedar.ts';
import { ruleEngineSuite } from '../conformance/rules.ts';

ruleEngineSuite('Cedar in Chromium', () => cedarEngine(loadCedar));
