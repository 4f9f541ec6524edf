// What ethers 6 makes of the node: node ethers.mjs URL WEBSOCKET_URL ARTIFACT; prints one JSON object.
import { readFileSync } from "node:fs";
import { ethers } from "ethers";

const [url, socketUrl, artifactPath] = process.argv.slice(2);
const { abi, bytecode } = JSON.parse(readFileSync(artifactPath, "utf8"));
const mnemonic = "test test test test test test test test test test test junk";
const text = (value) =>
  JSON.stringify(value, (_, found) => (typeof found === "bigint" ? found.toString() : found));
const until = async (condition) => {
  for (let turn = 0; !condition(); ++turn) {
    if (turn > 500) throw new Error("nothing came");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const http = new ethers.JsonRpcProvider(url, undefined, { batchMaxCount: 50, cacheTimeout: -1, pollingInterval: 50 });
const socket = new ethers.WebSocketProvider(socketUrl);
const wallet = ethers.HDNodeWallet.fromPhrase(mnemonic, undefined, "m/44'/60'/0'/0/1").connect(http);
const unlocked = await http.getSigner(0);

const factory = new ethers.ContractFactory(abi, bytecode, wallet);
const probe = await factory.deploy(5n);
await probe.waitForDeployment();
const address = await probe.getAddress();

const heads = [];
const heard = [];
await socket.on("block", (number) => heads.push(number));
await socket.on({ address, topics: [ethers.id("Noted(uint256,address,string)")] }, (log) => heard.push(log));
await socket.send("eth_chainId", []);
await new Promise((resolve) => setTimeout(resolve, 200));

const note = await (await probe.note(7n, "text", 3n)).wait();
const given = await (await unlocked.sendTransaction({ to: wallet.address, value: 5n })).wait();
const legacy = await (await wallet.sendTransaction({ to: address, value: 2n, type: 0 })).wait();
const listed = await (
  await wallet.sendTransaction({ to: address, value: 2n, type: 1, accessList: [{ address, storageKeys: [] }] })
).wait();
await until(() => heads.includes(listed.blockNumber) && heard.length === 3);

let refusal = null;
try {
  await probe.refuse.staticCall(4n);
} catch (error) {
  refusal = { code: error.code, name: error.revert?.name, id: error.revert?.args[0], caller: error.revert?.args[1] };
}
let refusedText = null;
try {
  await probe.refuseWith.estimateGas("no");
} catch (error) {
  refusedText = error.reason;
}
const failed = await (await probe.refuse(1n, { gasLimit: 100_000n })).wait().catch((error) => error.receipt.status);
let poor = null;
try {
  await ethers.Wallet.createRandom().connect(http).sendTransaction({ to: address, value: 1n, gasLimit: 30_000n });
} catch (error) {
  poor = error.code;
}
let spent = null;
try {
  await wallet.sendTransaction({ to: address, nonce: 0 });
} catch (error) {
  spent = error.code;
}

const logs = await probe.queryFilter(probe.filters.Noted(8n), 0, "latest");
const block = await http.getBlock(note.blockNumber, true);
const many = await Promise.all(Array.from({ length: 120 }, (_, index) => http.getBalance(address, index % 3)));
const typed = { domain: { name: "t", chainId: 31337 }, types: { A: [{ name: "x", type: "uint256" }] }, message: { x: 1 } };
const signed = await unlocked.signTypedData(typed.domain, typed.types, typed.message);

console.log(
  text({
    chainId: (await http.getNetwork()).chainId,
    address,
    count: await probe.count(),
    countBefore: await probe.count({ blockTag: note.blockNumber - 1 }),
    noteLogs: note.logs.map((log) => [log.fragment.name, log.index, log.transactionHash === note.hash]),
    given: [given.status, given.gasUsed, given.from],
    types: [legacy.type, listed.type, note.type],
    heads,
    heard: heard.map((log) => [BigInt(log.topics[1]), log.blockNumber, log.index]),
    refusal,
    refusedText,
    failed,
    poor,
    spent,
    logs: logs.map((log) => [log.args.id, log.args.text, log.index]),
    prefetched: block.prefetchedTransactions.map((transaction) => [transaction.hash === note.hash, transaction.from]),
    many: many.length,
    fees: await http.getFeeData(),
    typedBy: ethers.verifyTypedData(typed.domain, typed.types, typed.message, signed),
    messageBy: ethers.verifyMessage("hello", await unlocked.signMessage("hello")),
    nonce: await wallet.getNonce(),
    pending: (await http.getBlock("pending")).number,
  }),
);
await socket.destroy();
http.destroy();
