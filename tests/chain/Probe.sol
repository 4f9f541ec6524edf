// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A contract that emits, refuses and tells the time in every way that a gateway must understand.
contract Probe {
    struct Reading {
        uint64 time;
        address by;
        uint256[] values;
    }

    /// @notice Thrown by `refuse`, and by the constructor for a count of 13.
    error ProbeRefused(uint256 id, address caller, bytes32 reason);

    event Noted(uint256 indexed id, address indexed by, string text);
    event Counted(uint256 count);
    event Stamped(uint256 time, uint256 number, uint256 randomness);

    uint256 public count;

    constructor(uint256 start) payable {
        if (start == 13) revert ProbeRefused(start, msg.sender, "unlucky");
        count = start;
        emit Counted(start);
    }

    receive() external payable {}

    /// @notice Emits `Noted` `times` times, each followed by `Counted`.
    function note(uint256 id, string calldata text, uint256 times) external {
        for (uint256 i = 0; i < times; ++i) {
            emit Noted(id + i, msg.sender, text);
            emit Counted(++count);
        }
    }

    function stamp() external {
        emit Stamped(block.timestamp, block.number, block.prevrandao);
    }

    function refuse(uint256 id) external {
        ++count;
        revert ProbeRefused(id, msg.sender, "because");
    }

    function refuseWith(string calldata message) external {
        ++count;
        revert(message);
    }

    function divide(uint256 a, uint256 b) external returns (uint256) {
        ++count;
        return a / b;
    }

    /// @notice Reverts with bytes that no ABI names.
    function refuseOddly() external {
        ++count;
        assembly {
            mstore(0, 0xdeadbeef01020304000000000000000000000000000000000000000000000000)
            revert(0, 8)
        }
    }

    function refuseSilently() external {
        ++count;
        revert();
    }

    function halt() external {
        ++count;
        assembly {
            invalid()
        }
    }

    function burn() external {
        while (true) ++count;
    }

    function reading(uint256 a, uint256 b) external view returns (Reading memory) {
        uint256[] memory values = new uint256[](2);
        (values[0], values[1]) = (a, b);
        return Reading(uint64(block.timestamp), msg.sender, values);
    }

    function place() external view returns (uint256 time, uint256 number) {
        return (block.timestamp, block.number);
    }
}
