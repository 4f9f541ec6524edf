// What viem 2 makes of the node: node viem.mjs URL WEBSOCKET_URL ARTIFACT; prints one JSON object.
import { readFileSync } from "node:fs";
import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  http,
  parseEventLogs,
  publicActions,
  webSocket,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { foundry } from "viem/chains";

const [url, socketUrl, artifactPath] = process.argv.slice(2);
const { abi, bytecode } = JSON.parse(readFileSync(artifactPath, "utf8"));
const account = mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex: 2 });
const text = (value) =>
  JSON.stringify(value, (_, found) => (typeof found === "bigint" ? found.toString() : found));
const until = async (condition) => {
  for (let turn = 0; !condition(); ++turn) {
    if (turn > 500) throw new Error("nothing came");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const options = { chain: foundry, pollingInterval: 50, cacheTime: 0 };
const reader = createPublicClient({ ...options, transport: http(url, { batch: true }) });
const writer = createWalletClient({ ...options, account, transport: http(url) });
const socketTransport = webSocket(socketUrl);
const listener = createPublicClient({ ...options, transport: socketTransport });
const tester = createTestClient({ ...options, mode: "anvil", transport: http(url) }).extend(publicActions);

const deployed = await reader.waitForTransactionReceipt({
  hash: await writer.deployContract({ abi, bytecode, args: [5n] }),
});
const address = deployed.contractAddress;

const heads = [];
const heard = [];
const pending = [];
const stops = [
  listener.watchBlocks({ onBlock: (block) => heads.push(block.number) }),
  listener.watchContractEvent({ address, abi, eventName: "Noted", onLogs: (logs) => heard.push(...logs) }),
  listener.watchPendingTransactions({ onTransactions: (hashes) => pending.push(...hashes) }),
];
await listener.getChainId();
await new Promise((resolve) => setTimeout(resolve, 200));

const { request } = await reader.simulateContract({ account, address, abi, functionName: "note", args: [7n, "text", 3n] });
const noteHash = await writer.writeContract(request);
const note = await reader.waitForTransactionReceipt({ hash: noteHash });
const legacy = await reader.waitForTransactionReceipt({
  hash: await writer.sendTransaction({ to: address, value: 2n, type: "legacy" }),
});
const listed = await reader.waitForTransactionReceipt({
  hash: await writer.sendTransaction({ to: address, value: 2n, type: "eip2930", accessList: [{ address, storageKeys: [] }] }),
});
await until(() => heads.includes(listed.blockNumber) && heard.length === 3 && pending.length === 3);
for (const stop of stops) stop();

let refusal = null;
try {
  await reader.simulateContract({ account, address, abi, functionName: "refuse", args: [4n] });
} catch (error) {
  const cause = error.walk((found) => found.data?.errorName);
  refusal = [cause.data.errorName, cause.data.args[0], cause.data.args[1]];
}
let refusedText = null;
try {
  await reader.estimateContractGas({ account, address, abi, functionName: "refuseWith", args: ["no"] });
} catch (error) {
  refusedText = error.walk((found) => found.reason).reason;
}

const logs = await reader.getContractEvents({ address, abi, eventName: "Noted", args: { id: [8n, 9n] }, fromBlock: 0n });
const filter = await reader.createContractEventFilter({ address, abi, eventName: "Noted", fromBlock: 0n });
const filtered = await reader.getFilterLogs({ filter });
const block = await reader.getBlock({ blockNumber: note.blockNumber, includeTransactions: true });
const balances = await Promise.all(
  Array.from({ length: 30 }, (_, index) => reader.getBalance({ address, blockNumber: BigInt(index % 3) })),
);
const history = await reader.getFeeHistory({ blockCount: 3, rewardPercentiles: [25, 75] });

const snapshot = await tester.snapshot();
await tester.mine({ blocks: 3, interval: 60 });
await tester.increaseTime({ seconds: 3600 });
await tester.mine({ blocks: 1 });
const later = await tester.getBlock();
await tester.setNextBlockTimestamp({ timestamp: later.timestamp + 100n });
await tester.mine({ blocks: 1 });
const latest = await tester.getBlock();
await tester.revert({ id: snapshot });

console.log(
  text({
    chainId: await reader.getChainId(),
    address,
    count: await reader.readContract({ address, abi, functionName: "count" }),
    countBefore: await reader.readContract({ address, abi, functionName: "count", blockNumber: note.blockNumber - 1n }),
    noteLogs: parseEventLogs({ abi, logs: note.logs }).map((log) => [log.eventName, log.logIndex]),
    types: [legacy.type, listed.type, note.type],
    statuses: [legacy.status, listed.status, note.status],
    heads,
    unmined: [(await reader.getBlock({ blockTag: "pending" })).number, listed.blockNumber],
    heard: heard.map((log) => [log.args.id, log.blockNumber, log.logIndex, log.removed]),
    pending: pending.length,
    refusal,
    refusedText,
    logs: logs.map((log) => [log.args.id, log.logIndex]),
    filtered: filtered.length,
    transactions: block.transactions.map((transaction) => [transaction.hash === noteHash, transaction.from]),
    balances: balances.length,
    rewards: history.reward.length,
    jumped: [latest.number - listed.blockNumber, latest.timestamp - later.timestamp],
    height: await reader.getBlockNumber(),
    nonce: await reader.getTransactionCount({ address: account.address }),
    gas: await reader.estimateGas({ account, to: address, value: 1n }),
    proof: (await reader.getProof({ address, storageKeys: [`0x${"0".repeat(64)}`] })).storageProof[0].value,
  }),
);
(await socketTransport({ chain: foundry }).value.getRpcClient()).close();
process.exit(0);
