package io.petrichor.handler;

/**
 * Marks an object whose methods call a server. It has the annotations of the interfaces
 * that it stands for, but none of its methods is a handler.
 *
 * @since 0.1.0
 */
public interface PetrichorProxy {

}
