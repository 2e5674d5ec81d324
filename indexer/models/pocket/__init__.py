"""The small encoder that comes with the program: its weights are files beside this one."""
