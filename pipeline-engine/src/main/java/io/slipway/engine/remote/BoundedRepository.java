package io.slipway.engine.remote;

import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.transport.PackParser;
import org.eclipse.jgit.util.NB;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/// A repository into which something is fetched. How many objects a pack says that it has, and how
/// large each says that it is, is looked at before memory is taken for them.
final class BoundedRepository extends FileRepository {
    private static final int HEADER = 12;
    private static final int COUNT_AT = 8;

    private final Fetches.Size size;

    BoundedRepository(File folder, Fetches.Size size) throws IOException {
        super(folder);
        this.size = size;
    }

    @Override
    public ObjectInserter newObjectInserter() {
        return new Bounded(super.newObjectInserter(), size);
    }

    private static final class Bounded extends ObjectInserter.Filter {
        private final ObjectInserter real;
        private final Fetches.Size size;

        Bounded(ObjectInserter real, Fetches.Size size) {
            this.real = real;
            this.size = size;
        }

        @Override
        protected ObjectInserter delegate() {
            return real;
        }

        @Override
        public PackParser newPackParser(InputStream in) throws IOException {
            PushbackInputStream pack = new PushbackInputStream(in, HEADER);
            byte[] header = pack.readNBytes(HEADER);
            pack.unread(header);
            if (header.length == HEADER) {
                long objects = NB.decodeUInt32(header, COUNT_AT);
                if (objects > size.objects()) {
                    throw new CorruptObjectException(
                            "its pack has " + objects + " objects, more than " + size.objects());
                }
            }
            PackParser parser = super.newPackParser(pack);
            parser.setMaxObjectSizeLimit(size.objectBytes());
            return parser;
        }
    }
}
