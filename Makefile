# A short front for Meson: the build itself is in meson.build.
BUILD ?= build

all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)

test: all
	meson test -C $(BUILD) --suite unit

bench: all
	$(BUILD)/septum bench

install: all
	meson install -C $(BUILD) --no-rebuild

format:
	tools/format

clean:
	rm -rf $(BUILD)

.PHONY: all test bench install format clean
