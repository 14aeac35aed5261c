// SPDX-License-Identifier: Apache-2.0
// Copyright the Sandjar authors
package io.sandjar.kernel.fs.tmpfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TmpfsOptionsTest {
    @Test
    void allOfThem() {
        TmpfsOptions o = TmpfsOptions.parse("rw,size=65536k,nr_inodes=2k,mode=755,uid=5,gid=4294967295", 1 << 20);
        assertNull(o.wrong);
        assertEquals(64L << 20, o.size);
        assertEquals(2048, o.nodes);
        assertEquals(0755, o.mode);
        assertEquals(5, o.uid);
        assertEquals(-1, o.gid);
    }

    @Test
    void withoutAnySizeItIsHalfOfTheShare() {
        TmpfsOptions o = TmpfsOptions.parse("", 1 << 20);
        assertEquals(1 << 19, o.size);
        assertEquals(-1, o.mode);
    }

    @Test
    void noughtMeansNoLimit() {
        assertEquals(Long.MAX_VALUE, TmpfsOptions.parse("size=0", 1 << 20).size);
    }

    @Test
    void sharesAndUnits() {
        assertEquals(250, TmpfsOptions.parse("size=25%", 1000).size);
        assertEquals(3L << 30, TmpfsOptions.parse("size=3G", 1000).size);
        assertEquals(8192, TmpfsOptions.parse("nr_blocks=2", 1000).size);
    }

    @ParameterizedTest
    @ValueSource(strings = {"size=", "size=x", "size=-1", "size=9999999999g", "mode=9", "uid=-2", "nr_inodes=1z"})
    void wrongOnes(String text) {
        assertNotNull(TmpfsOptions.parse("mode=700," + text, 1000).wrong);
    }
}
