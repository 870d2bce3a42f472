import { ruleEngineSuite } from '../conformance/rules.ts';
import { cedarInNode } from '#tests/fakes/cedar-in-node.ts';
import { plainRuleEngine } from '#tests/fakes/plain-rule-engine.ts';

ruleEngineSuite('the plain one of the tests', plainRuleEngine);
ruleEngineSuite('Cedar in Node', cedarInNode);
