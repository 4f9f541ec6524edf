"""The contracts under test, through their ABIs on an in-process chain."""
